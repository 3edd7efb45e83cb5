/// The shortest way from one list of lines to another (Myers' greedy algorithm).
struct EditScript {
  enum Kind { case same, removed, added }

  /// One line; `left` and `right` are where it stands, or would stand, on each side.
  struct Edit {
    var kind: Kind
    var left: Int
    var right: Int
  }

  private let leftCount: Int
  private let rightCount: Int
  /// Pairs of lines that are kept, in order.
  private var matches: [(left: Int, right: Int)] = []

  init(_ left: [String], _ right: [String]) {
    leftCount = left.count
    rightCount = right.count
    var numbers: [String: Int] = [:]
    let a = left.map { numbers.number(of: $0) }
    let b = right.map { numbers.number(of: $0) }
    var head = 0
    while head < min(a.count, b.count), a[head] == b[head] { head += 1 }
    var tail = 0
    while tail < min(a.count, b.count) - head, a[a.count - 1 - tail] == b[b.count - 1 - tail] { tail += 1 }
    matches = (0..<head).map { ($0, $0) }
    // A line that the other side does not have can only be removed or added: without them most pairs of files
    // that differ everywhere cost nothing.
    let (inA, inB) = (Set(a[head..<(a.count - tail)]), Set(b[head..<(b.count - tail)]))
    let keptA = (head..<(a.count - tail)).filter { inB.contains(a[$0]) }
    let keptB = (head..<(b.count - tail)).filter { inA.contains(b[$0]) }
    matches += Self.commonPairs(keptA.map { a[$0] }, keptB.map { b[$0] }).map { (keptA[$0.0], keptB[$0.1]) }
    matches += (0..<tail).reversed().map { (a.count - 1 - $0, b.count - 1 - $0) }
  }

  /// All lines in the order of a unified diff: what goes before what comes. Where only one side ends with a line
  /// end, its last line is another one.
  func edits(endsDiffer: Bool) -> [Edit] {
    var pairs = matches
    if endsDiffer, let last = pairs.last, last.left == leftCount - 1 || last.right == rightCount - 1 {
      pairs.removeLast()
    }
    var (edits, left, right): ([Edit], Int, Int) = ([], 0, 0)
    for pair in pairs + [(left: leftCount, right: rightCount)] {
      while left < pair.left {
        edits.append(Edit(kind: .removed, left: left, right: right))
        left += 1
      }
      while right < pair.right {
        edits.append(Edit(kind: .added, left: left, right: right))
        right += 1
      }
      if pair.left < leftCount, pair.right < rightCount {
        edits.append(Edit(kind: .same, left: left, right: right))
        (left, right) = (left + 1, right + 1)
      }
    }
    return edits
  }

  /// Past this many differences the rest counts as replaced: a bound for memory, and nobody reads it.
  private static let limit = 3_000

  private static func commonPairs(_ a: [Int], _ b: [Int]) -> [(Int, Int)] {
    guard !a.isEmpty, !b.isEmpty else { return [] }
    let bound = min(a.count + b.count, limit)
    var furthest = [Int](repeating: 0, count: 2 * bound + 3)
    var history: [[Int]] = []
    for distance in 0...bound {
      history.append(Array(furthest[(bound - distance)...(bound + distance + 2)]))
      for diagonal in stride(from: -distance, through: distance, by: 2) {
        let place = bound + 1 + diagonal
        let goesDown =
          diagonal == -distance || (diagonal != distance && furthest[place - 1] < furthest[place + 1])
        var x = goesDown ? furthest[place + 1] : furthest[place - 1] + 1
        while x < a.count, x - diagonal < b.count, a[x] == b[x - diagonal] { x += 1 }
        furthest[place] = x
        if x >= a.count, x - diagonal >= b.count { return backtrack(history, a.count, b.count) }
      }
    }
    return []
  }

  /// Walks back from the end; `history[d]` holds the furthest points before round `d`, diagonals -d-1 to d+1.
  private static func backtrack(_ history: [[Int]], _ endX: Int, _ endY: Int) -> [(Int, Int)] {
    var (pairs, x, y): ([(Int, Int)], Int, Int) = ([], endX, endY)
    for distance in stride(from: history.count - 1, through: 0, by: -1) {
      let furthest = history[distance]
      let diagonal = x - y
      let place = diagonal + distance + 1
      let goesDown =
        diagonal == -distance || (diagonal != distance && furthest[place - 1] < furthest[place + 1])
      let startX = distance == 0 ? 0 : goesDown ? furthest[place + 1] : furthest[place - 1]
      let startY = distance == 0 ? 0 : startX - (goesDown ? diagonal + 1 : diagonal - 1)
      let snakeX = distance == 0 ? 0 : goesDown ? startX : startX + 1
      while x > snakeX {
        (x, y) = (x - 1, y - 1)
        pairs.append((x, y))
      }
      (x, y) = (startX, startY)
    }
    return pairs.reversed()
  }
}

extension [String: Int] {
  /// The number that stands for a line.
  fileprivate mutating func number(of line: String) -> Int {
    if let known = self[line] { return known }
    self[line] = count
    return count - 1
  }
}
