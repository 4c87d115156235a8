import TGInversion
import TGTensor
import Testing

/// Variables of which all items of a batch have one value.
@Suite struct SharedVariableTests {
  /// The sum of what two pictures differ from the picture of a code, in Double.
  private func value(
    _ code: [Float], _ pictures: [HostTensor], _ small: SmallInversion
  ) throws -> Double {
    let image = try small.picture(of: code)
    return pictures.reduce(0) { sum, picture in
      let squares = zip(image.elements, picture.elements).map {
        (Double($0) - Double($1)) * (Double($0) - Double($1))
      }
      return sum + squares.reduce(0, +) / Double(squares.count)
    }
  }

  /// One step of descent is the gradient times the rate: that of the sum over both items, against
  /// differences of its value.
  @Test func theGradientIsTheSumOverItems() throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 1), small.picture(seed: 2)]
    func code(rounds: Int) throws -> [Float] {
      let run = try small.begin(small.functions("common", batch: 2), pictures, seeds: [5, 6]) {
        try $0.replace(rounds: [rounds])
        $0.numbers[0].rate = 0.01
      }
      let outcomes = try run.finished()
      #expect(outcomes[0].variables["z"] == outcomes[1].variables["z"])
      return try #require(outcomes[0].variables["z"]).elements
    }
    let begun = try code(rounds: 0)
    let moved = try code(rounds: 1)
    for place in begun.indices {
      var (up, down) = (begun, begun)
      up[place] += 0.02
      down[place] -= 0.02
      let slope =
        (try value(up, pictures, small) - value(down, pictures, small))
        / Double(up[place] - down[place])
      let step = Double(begun[place] - moved[place]) / 0.01
      #expect(abs(step - slope) < 2e-3 * max(0.05, abs(slope)), "\(place): \(step) \(slope)")
    }
  }

  @Test func lossesAreSumsAndOwnVariablesStayOwn() throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 1), small.picture(seed: 2)]
    let run = try small.begin(small.functions("common", batch: 2), pictures, seeds: [5, 6])
    let outcomes = try run.finished()
    let begun = try small.begin(small.functions("common", batch: 2), pictures, seeds: [5, 6]) {
      try $0.replace(rounds: [0])
    }.finished()[0].variables["z"]
    let first = try value(try #require(begun).elements, pictures, small)
    let told = try #require(outcomes[0].records[0].losses.first)
    #expect(abs(Double(told) - first) < 1e-5)
    #expect(outcomes[0].records == outcomes[1].records)
    #expect(outcomes[0].records[0].terms == outcomes[0].records[0].losses)
    #expect(outcomes[0].variables["z"] == outcomes[1].variables["z"])
    #expect(outcomes[0].variables["shift"] != outcomes[1].variables["shift"])
  }

  /// A row that only fills the batch up does not count.
  @Test func paddingIsNoItem() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 1)
    let padded = try small.begin(small.functions("common", batch: 2), [picture]).finished()
    let alone = try small.begin(small.functions("common"), [picture]).finished()
    #expect(padded[0].records == alone[0].records)
    #expect(padded[0].variables == alone[0].variables)
  }

  @Test func aSearchOverSharedVariablesIsOneSearch() throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 1), small.picture(seed: 2)]
    let outcomes = try small.begin(
      small.functions("searched", batch: 2), pictures, seeds: [5, 6]
    ).finished()
    #expect(outcomes[0].variables == outcomes[1].variables)
    #expect(outcomes[0].loss == outcomes[1].loss)
    let code = try #require(outcomes[0].variables["z"]).elements
    let found = try value(code, pictures, small)
    #expect(abs(Double(outcomes[0].loss) - found) < 1e-5)
    // At a minimum of the sum every step to a side is worse, and the begin was.
    for place in code.indices {
      for step: Float in [-0.2, 0.2] {
        var other = code
        other[place] += step
        #expect(try value(other, pictures, small) > found)
      }
    }
    #expect(outcomes[0].records[0].losses[0] > outcomes[0].loss)
  }
}
