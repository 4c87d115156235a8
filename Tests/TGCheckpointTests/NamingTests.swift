import TGCheckpoint
import TGTensor
import Testing

/// Finding the part of a file that a graph means.
@Suite struct NamingTests {
  /// A checkpoint with these names.
  private func checkpoint(_ names: String...) throws -> Checkpoint {
    let tensors = names.enumerated().map {
      (name: $1, tensor: HostTensor(scalar: Float($0)))
    }
    return try Checkpoint.read(
      ByteRegion(try Safetensors.encoded(tensors)), path: "a/b.safetensors")
  }

  @Test func subtreeCutsAtDots() throws {
    let file = try checkpoint("net.a", "net.b.c", "network.a", "net")
    #expect(file.subtree("net").entries.map(\.name).sorted() == ["", "a", "b.c"])
    #expect(file.subtree("net.b").entries.map(\.name) == ["c"])
    #expect(file.subtree("ne").entries.isEmpty)
    #expect(file.subtree("").entries.count == 4)
    #expect(file.subtree("network")["a"]?.tensor().elements == [2])
  }

  @Test func topIsTakenIfTheNamesAreThere() throws {
    let located = try checkpoint("0.weight", "0.bias").located(for: ["0.weight", "0.bias"])
    #expect(located.prefix == "")
    #expect(located.found == 2)
  }

  @Test func nestedStateDictIsFound() throws {
    let file = try checkpoint(
      "epoch", "optimizer.0.weight", "state_dict.module.0.bias", "state_dict.module.0.weight")
    let located = file.located(for: ["0.weight", "0.bias"])
    #expect(located.prefix == "state_dict.module")
    #expect(located.found == 2)
    #expect(located.checkpoint.entries.map(\.name) == ["0.bias", "0.weight"])
  }

  @Test func equalPartsAreDecidedByWhatElseIsThereThenLengthThenOrder() throws {
    let names: Set = ["w", "b"]
    #expect(try checkpoint("D.b", "D.w", "D.x", "G.b", "G.w").located(for: names).prefix == "G")
    #expect(try checkpoint("g.b", "g.w", "g_ema.b", "g_ema.w").located(for: names).prefix == "g")
    #expect(try checkpoint("D.b", "D.w", "G.b", "G.w").located(for: names).prefix == "D")
  }

  @Test func nothingFoundIsTheWholeFile() throws {
    let located = try checkpoint("a", "b").located(for: ["c"])
    #expect(located.found == 0)
    #expect(located.prefix == "")
    #expect(located.checkpoint.entries.count == 2)
  }

  @Test func oneMissingNameStillFindsTheRoot() throws {
    let file = try checkpoint("m.a", "m.b", "m.c", "a")
    #expect(file.located(for: ["a", "b", "d"]).prefix == "m")
  }
}
