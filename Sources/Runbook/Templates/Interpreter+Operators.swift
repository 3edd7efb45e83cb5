import Glibc

extension Interpreter {
  func unary(_ sign: UnaryOperator, _ operand: Value, at place: Range<Int>) throws(EvaluationFault) -> Value {
    if let number = operand.integer {
      guard sign == .minus else { return .int(number) }
      let (negated, overflow) = 0.subtractingReportingOverflow(number)
      guard !overflow else { throw tooLarge(at: place) }
      return .int(negated)
    }
    guard let number = operand.number else {
      throw fault(
        "\(operand.typeName) has no sign", at: place, hint: operand.text == nil ? nil : "convert it by | int")
    }
    return .float(sign == .minus ? -number : number)
  }

  func holds(
    _ comparison: Comparison, _ left: Value, _ right: Value, at place: Range<Int>
  ) throws(EvaluationFault) -> Bool {
    switch comparison {
    case .equal: return left.equals(right)
    case .notEqual: return !left.equals(right)
    case .within: return try contains(right, left, at: place)
    case .notWithin: return !(try contains(right, left, at: place))
    case .less, .greaterOrEqual:
      guard let precedes = left.precedes(right) else { throw unordered(comparison, left, right, at: place) }
      if comparison == .less { return precedes }
      return !precedes && !isNotANumber(left, right)
    case .greater, .lessOrEqual:
      guard let precedes = right.precedes(left) else { throw unordered(comparison, left, right, at: place) }
      if comparison == .greater { return precedes }
      return !precedes && !isNotANumber(left, right)
    }
  }

  private func isNotANumber(_ left: Value, _ right: Value) -> Bool {
    left.number?.isNaN ?? false || right.number?.isNaN ?? false
  }

  private func unordered(
    _ comparison: Comparison, _ left: Value, _ right: Value, at place: Range<Int>
  ) -> EvaluationFault {
    let isMixed = (left.text != nil && right.number != nil) || (left.number != nil && right.text != nil)
    return fault(
      "'\(comparison.rawValue)' cannot compare \(left.typeName) with \(right.typeName)", at: place,
      hint: isMixed
        ? "convert the text by | int, or compare versions by is version('…', '\(comparison.rawValue)')" : nil)
  }

  /// Python's `element in container`.
  func contains(_ container: Value, _ element: Value, at place: Range<Int>) throws(EvaluationFault) -> Bool {
    switch container {
    case .list(let list): return list.contains { $0.equals(element) }
    case .map(let map):
      if case .list = element { return false }
      if case .map = element { return false }
      return map[PythonText.string(element).string] != nil
    case .string(let text):
      guard case .string(let part) = element else {
        throw fault("'in' looks for text in text, not for \(element.typeName)", at: place)
      }
      return firstIndex(of: Array(part.string.utf8), in: Array(text.string.utf8)) != nil
    default: throw fault("'in' cannot look into \(container.typeName)", at: place)
    }
  }

  func binary(
    _ sign: BinaryOperator, _ left: Value, _ right: Value, at place: Range<Int>
  ) throws(EvaluationFault) -> Value {
    if let a = left.integer, let b = right.integer { return try integers(sign, a, b, at: place) }
    if let a = left.number, let b = right.number { return .float(try floats(sign, a, b, at: place)) }
    switch (sign, left, right) {
    case (.plus, .string(let a), .string(let b)): return .string(a + b)
    case (.plus, .list(let a), .list(let b)): return .list(a + b)
    case (.modulo, .string(let format), _):
      let arguments: [Value] = if case .list(let list) = right { list } else { [right] }
      return .string(try PercentFormat.apply(format, arguments, self, at: place))
    case (.times, _, _):
      if let result = try repeated(left, right, at: place) { return result }
      if let result = try repeated(right, left, at: place) { return result }
    default: break
    }
    let hint =
      (left.text == nil) != (right.text == nil) && sign == .plus
      ? "join text by '~', or convert it by | int" : nil
    throw fault(
      "'\(sign.rawValue)' cannot work on \(left.typeName) and \(right.typeName)", at: place, hint: hint)
  }

  /// `'ab' * 3`, `[1] * 2`; nil where it is neither.
  private func repeated(_ value: Value, _ times: Value, at place: Range<Int>) throws(EvaluationFault)
    -> Value?
  {
    guard let times = times.integer.map({ max(0, $0) }) else { return nil }
    switch value {
    case .string(let text):
      guard text.string.utf8.count.multipliedReportingOverflow(by: times).partialValue <= 16 << 20,
        times <= 16 << 20
      else { throw tooLarge(at: place) }
      return .string(text.derived(String(repeating: text.string, count: times)))
    case .list(let list):
      guard times <= 1 << 20, list.count * times <= 1 << 20 else { throw tooLarge(at: place) }
      return .list((0..<times).flatMap { _ in list })
    default: return nil
    }
  }

  func tooLarge(at place: Range<Int>) -> EvaluationFault { fault("the result is too large", at: place) }

  private func integers(
    _ sign: BinaryOperator, _ a: Int, _ b: Int, at place: Range<Int>
  ) throws(EvaluationFault) -> Value {
    if [.divide, .floorDivide, .modulo].contains(sign), b == 0 { throw fault("division by zero", at: place) }
    let result: (partialValue: Int, overflow: Bool)
    switch sign {
    case .plus: result = a.addingReportingOverflow(b)
    case .minus: result = a.subtractingReportingOverflow(b)
    case .times: result = a.multipliedReportingOverflow(by: b)
    case .divide: return .float(Double(a) / Double(b))
    case .floorDivide:
      let quotient = a.dividedReportingOverflow(by: b)
      let isRoundedUp = !quotient.overflow && a % b != 0 && (a < 0) != (b < 0)
      result = (quotient.partialValue - (isRoundedUp ? 1 : 0), quotient.overflow)
    case .modulo:
      let rest = a.remainderReportingOverflow(dividingBy: b)
      result = (
        rest.partialValue != 0 && (rest.partialValue < 0) != (b < 0)
          ? rest.partialValue + b : rest.partialValue, false
      )
    case .power:
      guard b >= 0 else { return .float(try floats(.power, Double(a), Double(b), at: place)) }
      return .int(try power(a, b, at: place))
    }
    guard !result.overflow else { throw tooLarge(at: place) }
    return .int(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int, at place: Range<Int>) throws(EvaluationFault) -> Int {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    guard exponent < 64 else { throw tooLarge(at: place) }
    var result = 1
    for _ in 0..<exponent {
      let (product, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else { throw tooLarge(at: place) }
      result = product
    }
    return result
  }

  private func floats(
    _ sign: BinaryOperator, _ a: Double, _ b: Double, at place: Range<Int>
  ) throws(EvaluationFault) -> Double {
    switch sign {
    case .plus: return a + b
    case .minus: return a - b
    case .times: return a * b
    case .power: return pow(a, b)
    case .divide, .floorDivide, .modulo: break
    }
    guard b != 0 else { throw fault("division by zero", at: place) }
    switch sign {
    case .divide: return a / b
    case .floorDivide: return (a / b).rounded(.down)
    default:
      let rest = a.truncatingRemainder(dividingBy: b)
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }
  }
}
