/// A picture that is to be made with some units of a layer set: `x (1 - a) + value a`, where `a` is
/// the unit's 0 or 1 times the cell's 0 ... 1.
package struct UnitEdit: Hashable, Sendable {
  /// The picture's number in the sample.
  package let sample: Int
  /// 1 for each unit that is set, else 0.
  package let units: [Float]
  /// For each cell of the layer, row-major, how much of the value it gets.
  package let places: [Float]
  /// What each unit is set to.
  package let values: [Float]

  /// Makes an edit.
  package init(sample: Int, units: [Float], places: [Float], values: [Float]) {
    self.sample = sample
    self.units = units
    self.places = places
    self.values = values
  }
}

/// Where units are set, and where the effect is looked at.
package struct EditPlace: Hashable, Sendable {
  /// For each cell of the layer, row-major, 0 ... 1.
  package let cells: [Float]
  /// The pixels of the map that are looked at.
  package let pixels: [Int]

  /// Makes a place.
  package init(cells: [Float], pixels: [Int]) {
    self.cells = cells
    self.pixels = pixels
  }

  /// A square of cells and the pixels that they cover; it is moved inwards where it would leave the
  /// layer.
  ///
  /// - Parameters:
  ///   - row: its first row of cells; `column` its first column.
  ///   - side: cells along each side, at most as many as the layer has.
  ///   - grid: rows and columns of the layer.
  ///   - map: rows and columns of the maps.
  package init(
    row: Int, column: Int, side: Int, grid: (rows: Int, columns: Int),
    map: (rows: Int, columns: Int)
  ) {
    let top = max(0, min(row, grid.rows - side))
    let left = max(0, min(column, grid.columns - side))
    var cells = [Float](repeating: 0, count: grid.rows * grid.columns)
    for y in top..<min(top + side, grid.rows) {
      for x in left..<min(left + side, grid.columns) { cells[y * grid.columns + x] = 1 }
    }
    var pixels: [Int] = []
    for y in 0..<map.rows {
      for x in 0..<map.columns
      where cells[y * grid.rows / map.rows * grid.columns + x * grid.columns / map.columns] == 1 {
        pixels.append(y * map.columns + x)
      }
    }
    self.init(cells: cells, pixels: pixels)
  }
}

/// What a set of units does to a part, for growing sets.
package struct CausalEffect: Hashable, Sendable {
  /// The part, from 0.
  package let part: Int
  /// The units in the order in which they join the set.
  package let units: [Int]
  /// The sizes of the sets.
  package let sizes: [Int]
  /// Pixels of the part, over the whole sample, with the first units of each size at 0 everywhere.
  package private(set) var left: [Int]
  /// Pixels of the part with no unit set.
  package private(set) var whole: Int
  /// The share of the looked-at pixels that are the part's, for each size: with the units set there.
  package private(set) var on: [Double]
  /// The same with the units at 0 there.
  package private(set) var off: [Double]

  /// The average causal effect of each set: `on - off` (Bau et al., equation 5), -1 ... 1.
  package var ace: [Double] { zip(on, off).map { $0 - $1 } }
  /// The share of the part's pixels that each set takes away when it is 0 everywhere; 0 for a part
  /// that is nowhere.
  package var removed: [Double] {
    left.map { whole > 0 ? 1 - Double($0) / Double(whole) : 0 }
  }

  /// Measures it.
  ///
  /// - Parameters:
  ///   - part: the part.
  ///   - units: the units, the most important first.
  ///   - sizes: of sets, each in 1 ... as many as there are units.
  ///   - values: what every unit of the layer is set to when it is on.
  ///   - places: for each picture of the sample where units are set for on and off.
  ///   - draw: makes pictures with units set and gives the maps of their parts, in the same order.
  /// - Throws: what `draw` throws.
  package init(
    part: Int, units: [Int], sizes: [Int], values: [Float], places: [EditPlace],
    draw: ([UnitEdit]) throws -> [PartMap]
  ) rethrows {
    self.part = part
    self.units = units
    self.sizes = sizes
    let none = [Float](repeating: 0, count: values.count)
    func edits(_ chosen: [Float], _ values: [Float], everywhere: Bool) -> [UnitEdit] {
      places.enumerated().map { sample, place in
        UnitEdit(
          sample: sample, units: chosen,
          places: everywhere ? place.cells.map { _ in 1 } : place.cells, values: values)
      }
    }
    func share(_ maps: [PartMap]) -> Double {
      let found = zip(maps, places).reduce(0) { $0 + $1.0.count(of: part, in: $1.1.pixels) }
      let all = places.reduce(0) { $0 + $1.pixels.count }
      return all > 0 ? Double(found) / Double(all) : 0
    }
    func pixels(_ maps: [PartMap]) -> Int { maps.reduce(0) { $0 + $1.count(of: part) } }
    whole = pixels(try draw(edits(none, none, everywhere: true)))
    (left, on, off) = ([], [], [])
    for size in sizes {
      var chosen = none
      for unit in units.prefix(size) { chosen[unit] = 1 }
      left.append(pixels(try draw(edits(chosen, none, everywhere: true))))
      on.append(share(try draw(edits(chosen, values, everywhere: false))))
      off.append(share(try draw(edits(chosen, none, everywhere: false))))
    }
  }
}
