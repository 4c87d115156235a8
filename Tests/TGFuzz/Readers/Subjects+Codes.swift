import TGCheckpoint
import TGInversion
import TGPlan
import TGSession
import TGTensor

/// The readers of what stands for codes: states of a search, directions, lists on the command line.
extension Subject {
  /// States of a search.
  static var state: Subject {
    Subject(
      name: "state",
      source: .damage(corpus: states) { file, _, random in damagedTensors(file, &random) },
      read: { bytes in
        do {
          let archive = try StateArchive(decoding: ByteRegion(bytes))
          let again = try StateArchive(decoding: ByteRegion(archive.encoded()))
          demand(
            again.tensors.keys == archive.tensors.keys && again.members == archive.members,
            "a state does not read back")
          _ = try archive.vector("run.item.0.point", counts: [4])
          _ = try archive.members.whole("version", in: 0..<2)
          return .accepted
        } catch {
          guard let error = error as? InversionError else { fail("\(error)") }
          demand(error.exitCode == 65 && !error.message.isEmpty, "an odd refusal")
          return isSafetensors(bytes) ? .refused : .refusedAtOnce
        }
      })
  }

  private static func states(_ root: String) -> [[UInt8]] {
    var archive = StateArchive(
      .members([
        ("version", .integer(1)), ("run", .members([("plan", .string("ab")), ("steps", .null)])),
        ("pending", .array([.integer(3), .number(0.5)])),
      ]))
    archive.put([1, 2, 3, 4], as: "run.item.0.point")
    archive.put([0.5, -0.5], as: "run.item.0.method.mean")
    guard let file = try? archive.encoded() else { fail("a state is written") }
    return [file]
  }

  /// Files of directions.
  static var direction: Subject {
    let item = InterfaceItem(
      name: "w", kind: .latent, view: View(slot: 0, shape: [1, 3, 4]))
    let scratch = ScratchFile(ending: ".npz")
    let parse = { (bytes: [UInt8]) -> Outcome in
      scratch.with(bytes) { path in
        do throws(EditingError) {
          let direction = try Direction(path)
          do throws(EditingError) { _ = try direction.spread(over: item) } catch {
            demand(error.exitCode == 65, "an odd refusal")
          }
          return .accepted
        } catch {
          demand(error.exitCode == 65 && !error.message.isEmpty, "an odd refusal")
          if case .noTensor = error { return .accepted }
          if case .severalTensors = error { return .accepted }
          return .refused
        }
      }
    }
    return Subject(
      name: "direction", folders: ["Tests/Fixtures/editing", "Tests/Fixtures/checkpoint"],
      takes: { file in
        [[0x50, 0x4b], [0x93], [0x80, 4]].contains { file.starts(with: $0) }
          && file.count < 700 && parse(file) == .accepted
      },
      mutate: { file, corpus, random in
        if file.starts(with: NumpyArray.magic) { return damagedArray(file, &random) }
        if file.first == 0x50 {
          return ZipMembers(file).mutated(with: ZipMembers(random.one(of: corpus)), &random)
        }
        return PickleTokens(file).mutated(with: PickleTokens(random.one(of: corpus)), &random)
      },
      parse: parse)
  }

  /// Lists of seeds, layers and amounts, and the notations of files with them.
  static var lists: Subject {
    let samples = [
      "0-35,97", "all", "18446744073709551615", "-3:3:7", "2.5", "age.npy=-3:3:7@0-5,7",
      "m.pt:3=2@all", "style.safetensors:10-13", "seed:12", "b.npz", "0,1,4-6", "1e3:0x10:9",
    ].map { Array($0.utf8) }
    return Subject(
      name: "lists",
      source: .damage(corpus: { _ in samples }) { file, corpus, random in
        let parts = file.split(separator: 0x2d, omittingEmptySubsequences: false).map { Array($0) }
        return Array(random.rearranged(parts, with: corpus).joined(separator: [0x2d]))
      },
      read: { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        var read = false
        if let list = SeedList(text) {
          demand(list.seeds.count <= SeedList.limit, "too many seeds")
          read = true
        }
        if let list = LayerList(text) {
          demand(list.layers.map { $0 == $0.sorted() } ?? true, "layers ascend")
          read = true
        }
        if let list = AmountList(text) {
          demand(
            list.amounts.count <= AmountList.limit && list.amounts.allSatisfy(\.isFinite))
          read = true
        }
        if let direction = try? DirectionNotation(text) {
          demand(direction.path + direction.rest == text, "a notation loses a part")
          read = true
        }
        if let mix = try? MixNotation(text) {
          demand(mix.path + mix.rest == text, "a notation loses a part")
          read = true
        }
        return read || (try? InterpolationEnd(text) { _ in false }) != nil ? .accepted : .refused
      })
  }
}
