extension Value {
  /// JSON text. Secret texts are shown by their labels unless `revealing`.
  public func json(pretty: Bool = false, revealing: Bool = false) -> String { "" }
}
