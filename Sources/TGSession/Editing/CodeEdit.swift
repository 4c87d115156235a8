package import TGPlan

/// What is done to the code of one input: rows of other codes first, then directions.
package struct CodeEdit: Sendable {
  /// The input.
  package let item: InterfaceItem
  /// How many frames the lists of amounts ask for; nil if every direction has one amount.
  package let frames: Int?
  private let mixes: [(other: [Float], rows: [Int])]
  private let moves: [(direction: [Float], rows: [Int], amounts: [Float])]

  /// Prepares edits and checks that they fit.
  ///
  /// - Parameters:
  ///   - item: the input.
  ///   - function: the function that has it, for the names of tensors.
  ///   - mixes: other codes and their rows.
  ///   - directions: directions and how far.
  /// - Throws: `EditingError`.
  package init(
    _ item: InterfaceItem, of function: PlanFunction, mixes: [(CodeFile, MixNotation)],
    directions: [(Direction, DirectionNotation)]
  ) throws(EditingError) {
    self.item = item
    var taken: [(other: [Float], rows: [Int])] = []
    for (file, notation) in mixes {
      let rows = try Self.rows(notation.layers, of: item, in: notation.path)
      taken.append((try file.code(for: item, of: function), rows))
    }
    self.mixes = taken
    var moves: [(direction: [Float], rows: [Int], amounts: [Float])] = []
    for (direction, notation) in directions {
      let numbers = try direction.spread(over: item)
      let layers = notation.layers ?? direction.layers
      let rows =
        try layers.map { list throws(EditingError) in
          try Self.rows(list, of: item, in: notation.path)
        } ?? Array(0..<Self.count(item))
      moves.append((numbers, rows, notation.amounts.amounts))
    }
    self.moves = moves
    let counts = Set(moves.map(\.amounts.count)).subtracting([1]).sorted()
    guard counts.count < 2 else { throw .frameCounts(counts) }
    frames = counts.first
  }

  /// The code edited.
  ///
  /// - Parameters:
  ///   - code: its numbers, as many as the input has.
  ///   - frame: which amount of the lists.
  /// - Throws: `EditingError.overflow` if a number becomes infinite.
  package func applied(to code: [Float], frame: Int) throws(EditingError) -> [Float] {
    let size = code.count / Self.count(item)
    var result = code
    for (other, rows) in mixes {
      result = CodeArithmetic.mixed(result, with: other, rows: rows, rowSize: size)
    }
    for (direction, rows, amounts) in moves {
      let amount = amounts[min(frame, amounts.count - 1)]
      result = CodeArithmetic.moved(
        result, along: direction, by: amount, rows: rows, rowSize: size)
    }
    guard result.allSatisfy(\.isFinite) else { throw .overflow(item.name) }
    return result
  }

  /// The amounts of a frame that are not the same in all frames.
  package func amounts(frame: Int) -> [Float] {
    moves.compactMap { $0.amounts.count > 1 ? $0.amounts[min(frame, $0.amounts.count - 1)] : nil }
  }

  /// The rows of a code: its layers, or one.
  private static func count(_ item: InterfaceItem) -> Int {
    item.itemShape.count > 1 ? item.itemShape[0] : 1
  }

  private static func rows(
    _ list: LayerList, of item: InterfaceItem, in path: String
  ) throws(EditingError) -> [Int] {
    if list.layers != nil, item.itemShape.count < 2 { throw .noLayers(path: path, item) }
    return try list.rows(of: count(item), in: path)
  }
}
