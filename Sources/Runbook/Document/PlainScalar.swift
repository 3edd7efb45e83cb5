/// What a plain scalar means by YAML 1.1 as PyYAML reads it (its resolver): existing group_vars rely on it.
public func plainScalar(_ text: String) -> Value {
  switch text {
  case "", "~", "null", "Null", "NULL": return .null
  case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
  case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
  default: break
  }
  return .string(text)
}
