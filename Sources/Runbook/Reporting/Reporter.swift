/// Draws a run as it happens. Any task may call it at any time.
public protocol Reporter: Sendable {
  func receive(_ event: Event)
  /// Time has passed; called a few times a second.
  func tick()
  /// Nothing more comes: the terminal is left as it was found. May be called more than once.
  func finish()
  /// Keeps still until `resume`, while a question is asked at the terminal.
  func pause()
  func resume()
}

/// Where a reporter's text goes: through the scrubber, then to a stream.
public typealias TextSink = @Sendable (String) -> Void
