/// A method of Python's strings, lists and maps.
struct Method: Sendable {
  enum Body: Sendable {
    case reading(@Sendable (Call) throws(EvaluationFault) -> Item)
    /// What the value has become, and what the call gives.
    case changing(@Sendable (Call) throws(EvaluationFault) -> (Value, result: Value))
  }

  let signature: Signature
  let body: Body

  init(_ parameters: String = "", _ body: @escaping @Sendable (Call) throws(EvaluationFault) -> Item) {
    signature = Signature(parameters)
    self.body = .reading(body)
  }

  init(
    changing parameters: String = "",
    _ body: @escaping @Sendable (Call) throws(EvaluationFault) -> (Value, result: Value)
  ) {
    signature = Signature(parameters)
    self.body = .changing(body)
  }

  static func find(_ name: String, of value: Value) -> Method? { table(value)[name] }
  static func names(of value: Value) -> [String] { table(value).keys.sorted() }

  private static func table(_ value: Value) -> [String: Method] {
    switch value {
    case .string: ofText
    case .list: ofLists
    case .map: ofMaps
    default: [:]
    }
  }

  static let ofLists: [String: Method] = [
    "append": Method(changing: "item") { call throws(EvaluationFault) in
      (.list(try call.items + [try call.required(0, "the item")]), .null)
    },
    "extend": Method(changing: "items") { call throws(EvaluationFault) in
      (.list(try call.items + call.items(of: try call.required(0, "the list"))), .null)
    },
    "insert": Method(changing: "index item") { call throws(EvaluationFault) in
      var items = try call.items
      let index = try call.integer(0) ?? 0
      items.insert(
        try call.required(1, "the item"),
        at: min(max(index < 0 ? index + items.count : index, 0), items.count))
      return (.list(items), .null)
    },
    "pop": Method(changing: "index") { call throws(EvaluationFault) in
      var items = try call.items
      let index = try call.integer(0) ?? -1
      let place = index < 0 ? index + items.count : index
      guard items.indices.contains(place) else { throw call.fault("the list has no item \(index)") }
      let item = items.remove(at: place)
      return (.list(items), item)
    },
    "index": Method("item") { call throws(EvaluationFault) in
      let item = try call.required(0, "the item")
      guard let index = try call.items.firstIndex(where: { $0.equals(item) }) else {
        throw call.fault("the list does not have it")
      }
      return .value(.int(index))
    },
    "count": Method("item") { call throws(EvaluationFault) in
      let item = try call.required(0, "the item")
      return .value(.int(try call.items.count { $0.equals(item) }))
    },
  ]

  static let ofMaps: [String: Method] = [
    "items": Method { call throws(EvaluationFault) in
      .list(try call.map.map { .list([.string($0.key), $0.value]) })
    },
    "keys": Method { call throws(EvaluationFault) in .list(try call.map.keys.map { .string($0) }) },
    "values": Method { call throws(EvaluationFault) in .list(try call.map.map { $0.value }) },
    "get": Method("key default") { call throws(EvaluationFault) in
      let key = try call.interpreter.key(try call.required(0, "the key"), at: call.place)
      return try call.map[key].map { .value($0) } ?? call.arguments[1] ?? .value(.null)
    },
    "update": Method(changing: "other **") { call throws(EvaluationFault) in
      var map = try call.map
      if let other = try call.argument(0) { for (key, value) in try call.map(other) { map[key] = value } }
      for (name, value) in call.named { map[name] = value }
      return (.map(map), .null)
    },
    "pop": Method(changing: "key default") { call throws(EvaluationFault) in
      var map = try call.map
      let key = try call.interpreter.key(try call.required(0, "the key"), at: call.place)
      let fallback = try call.argument(1)
      guard let value = map[key] ?? fallback else { throw call.fault("the map has no '\(key)'") }
      map[key] = nil
      return (.map(map), value)
    },
    "setdefault": Method(changing: "key default") { call throws(EvaluationFault) in
      var map = try call.map
      let key = try call.interpreter.key(try call.required(0, "the key"), at: call.place)
      let fallback = try call.argument(1)
      let value = map[key] ?? fallback ?? .null
      map[key] = value
      return (.map(map), value)
    },
    "copy": Method { call in call.input },
  ]
}
