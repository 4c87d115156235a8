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
    #expect(try file.subtree("network")["a"]?.tensor().elements == [2])
    #expect(file.subtree("net").subtree("b")["c"]?.name == "c")
    #expect(throws: CheckpointError.self) { try file.subtree(named: "ne", path: "b") }
    do { _ = try file.subtree(named: "ne", path: "b") } catch {
      #expect(error.fault == .noSubtree("ne", there: ["net", "network"]))
    }
  }

  /// Single numbers under these names.
  private func scalars(_ names: String...) -> [String: Shape] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, []) })
  }

  @Test func topIsTakenIfTheNamesAreThere() throws {
    let located = try checkpoint("0.weight", "0.bias").located(for: scalars("0.weight", "0.bias"))
    #expect(located.prefix == "")
    #expect(located.found == 2)
  }

  @Test func nestedStateDictIsFound() throws {
    let file = try checkpoint(
      "epoch", "optimizer.0.weight", "state_dict.module.0.bias", "state_dict.module.0.weight")
    let located = file.located(for: scalars("0.weight", "0.bias"))
    #expect(located.prefix == "state_dict.module")
    #expect(located.found == 2)
    #expect(located.checkpoint.entries.map(\.name) == ["0.bias", "0.weight"])
  }

  @Test func whatFitsEquallyIsNotDecided() throws {
    let wanted = scalars("w", "b")
    func found(_ names: String...) throws -> [String] {
      let tensors = names.map { (name: $0, tensor: HostTensor(scalar: 0)) }
      let file = try Checkpoint.read(
        ByteRegion(try Safetensors.encoded(tensors)), path: "b.safetensors")
      let located = file.located(for: wanted)
      return [located.prefix] + located.rivals
    }
    #expect(try found("g.b", "g.w", "g_ema.b", "g_ema.w") == ["g", "g_ema"])
    #expect(
      try found("netG.b", "netG.w", "netG_avg.b", "netG_avg.w", "netG_avg.n") == [
        "netG", "netG_avg",
      ])
    #expect(try found("D.b", "D.w", "D.x", "G.b", "G.w") == ["D", "G"])
    // One that has more of the names, or the whole of which the other is a part.
    #expect(try found("D.b", "G.b", "G.w") == ["G"])
    #expect(try found("b", "w", "ema.b", "ema.w") == [""])
    #expect(try found("m.b", "m.w", "m.old.b", "m.old.w") == ["m"])
  }

  @Test func shapesDecideBetweenEqualNames() throws {
    let tensors = [
      (name: "D.w", tensor: HostTensor([2], [1, 2])), (name: "G.w", tensor: HostTensor([1], [3])),
    ]
    let file = try Checkpoint.read(
      ByteRegion(try Safetensors.encoded(tensors)), path: "b.safetensors")
    let located = file.located(for: ["w": [1]])
    #expect(located.prefix == "G")
    #expect(located.rivals.isEmpty)
    // Neither fits: both are named, whatever is said of their shapes.
    #expect(file.located(for: ["w": [3]]).rivals == ["G"])
  }

  @Test func nothingFoundIsTheWholeFile() throws {
    let located = try checkpoint("a", "b").located(for: scalars("c"))
    #expect(located.found == 0)
    #expect(located.prefix == "")
    #expect(located.checkpoint.entries.count == 2)
  }

  @Test func oneMissingNameStillFindsTheRoot() throws {
    let file = try checkpoint("m.a", "m.b", "m.c", "a")
    #expect(file.located(for: scalars("a", "b", "d")).prefix == "m")
  }
}
