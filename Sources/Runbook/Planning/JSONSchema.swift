/// A JSON Schema of runbooks, so that editors complete and check them.
public enum JSONSchema {
  /// The schema as JSON text.
  public static func text(_ registry: StepRegistry) -> String { schema(registry).json(pretty: true) + "\n" }

  private static func schema(_ registry: StepRegistry) -> Value {
    let template: Value = ["type": "string", "pattern": "\\{\\{"]
    var kinds = ValueMap()
    for kind in registry.kinds { kinds[kind.key] = kindSchema(kind) }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "A runbook",
      "type": "object",
      "required": ["hosts", "steps"],
      "properties": .map(properties(CommonKey.runbook)),
      "additionalProperties": .bool(false),
      "$defs": [
        "template": template,
        "items": ["type": ["array", "null"], "items": ["$ref": "#/$defs/item"]],
        "item": [
          "type": "object",
          "anyOf": [["$ref": "#/$defs/phase"], ["$ref": "#/$defs/include"], ["$ref": "#/$defs/step"]],
        ],
        "phase": object(CommonKey.phase, required: ["phase", "steps"]),
        "include": object(CommonKey.include, required: ["include"]),
        "step": [
          "properties": .map(properties(CommonKey.step).merging(kinds)),
          "oneOf": .list(registry.keys.map { ["required": .list([.string($0)])] }),
          "additionalProperties": .bool(false),
        ],
      ],
    ]
  }

  private static func object(_ keys: [CommonKey], required: [String]) -> Value {
    [
      "properties": .map(properties(keys)), "required": .list(required.map { .string($0) }),
      "additionalProperties": .bool(false),
    ]
  }

  private static func properties(_ keys: [CommonKey]) -> ValueMap {
    var map = ValueMap()
    for key in keys {
      var schema = type(ofCommon: key.type)
      schema["description"] = .string(plain(key.words))
      map[key.name] = .map(schema)
    }
    return map
  }

  private static func type(ofCommon type: String) -> ValueMap {
    switch type {
    case "list of steps": ["$ref": "#/$defs/items"]
    case "true or false": ["type": ["boolean", "string"]]
    case "map", "map of text": ["type": ["object", "null"]]
    case "condition", "condition or list": ["type": ["string", "boolean", "number", "array"]]
    case "name", "text", "path of a file", "user name", "duration": ["type": ["string", "number"]]
    case _ where type.hasPrefix("`"): ["enum": .list(words(type))]
    case _ where type.hasPrefix("list of"), "host pattern": ["type": ["array", "string", "null"]]
    default: [:]
    }
  }

  private static func kindSchema(_ kind: any StepKind.Type) -> Value {
    var map = ValueMap()
    var required: [Value] = []
    for parameter in StepManual.parameters(of: kind) {
      var schema = type(ofParameter: parameter.type)
      schema["description"] = .string(plain(parameter.words))
      map[parameter.name] = .map(schema)
      if parameter.isRequired { required.append(.string(parameter.name)) }
    }
    var object: ValueMap = ["type": "object", "properties": .map(map)]
    if !required.isEmpty { object["required"] = .list(required) }
    if !kind.takesAnyKey { object["additionalProperties"] = .bool(false) }
    var forms: [Value] = [.map(object), ["$ref": "#/$defs/template"]]
    if kind.shorthand != nil { forms.append(["type": ["string", "number", "boolean", "array"]]) }
    if required.isEmpty { forms.append(["type": "null"]) }
    return ["description": .string(plain(kind.summary)), "anyOf": .list(forms)]
  }

  private static func type(ofParameter type: String) -> ValueMap {
    switch type {
    case "true or false":
      ["anyOf": [["type": "boolean"], ["enum": ["yes", "no", "on", "off"]], ["$ref": "#/$defs/template"]]]
    case "whole number": ["anyOf": [["type": "integer"], ["$ref": "#/$defs/template"]]]
    case "text", "mode", "duration", "absolute path": ["type": ["string", "number", "boolean"]]
    case _ where type.hasPrefix("`"):
      ["anyOf": [["enum": .list(words(type))], ["$ref": "#/$defs/template"]]]
    case _ where type.hasPrefix("map of"): ["anyOf": [["type": "object"], ["$ref": "#/$defs/template"]]]
    case _ where type.hasPrefix("list of"): ["type": ["array", "string", "number", "null"]]
    default: [:]
    }
  }

  /// The words between backquotes.
  private static func words(_ type: String) -> [Value] {
    type.split(separator: "`").enumerated().filter { $0.offset % 2 == 0 }.map { .string(String($0.element)) }
  }

  private static func plain(_ words: String) -> String { words.replacing("`", with: "") }
}

extension ValueMap {
  fileprivate func merging(_ other: ValueMap) -> ValueMap {
    var merged = self
    for (key, value) in other { merged[key] = value }
    return merged
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  public init(stringLiteral value: String) { self = .string(Text(value)) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) { self = .map(ValueMap(elements)) }
}
