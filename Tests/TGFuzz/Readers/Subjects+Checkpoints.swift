import TGCheckpoint
import TGTensor

/// The parsers of checkpoints and what they are made of.
extension Subject {
  /// Pickles without storages behind them.
  static var pickle: Subject {
    Subject(
      name: "pickle", folders: ["Tests/Fixtures/checkpoint"],
      takes: { $0.first == 0x80 && !isSafetensors($0) && !isLegacy($0) },
      mutate: { file, corpus, random in
        PickleTokens(file).mutated(with: PickleTokens(random.one(of: corpus)), &random)
      },
      parse: { bytes in
        let plain = outcome { () throws(CheckpointError) in
          _ = try Checkpoint.readPlainData(ByteRegion(bytes), path: "plain")
        }
        return max(plain, checkpoint(bytes))
      })
  }

  /// The files of torch before its zip archives: pickles, then storages.
  static var legacy: Subject {
    Subject(
      name: "legacy", folders: ["Tests/Fixtures/checkpoint"], takes: isLegacy,
      mutate: { file, corpus, random in
        PickleTokens(file).mutated(with: PickleTokens(random.one(of: corpus)), &random)
      },
      parse: checkpoint)
  }

  /// Zip archives of torch and NumPy.
  static var zip: Subject {
    Subject(
      name: "zip", folders: ["Tests/Fixtures/checkpoint"],
      takes: { $0.starts(with: [0x50, 0x4b, 3, 4]) },
      mutate: { file, corpus, random in
        ZipMembers(file).mutated(with: ZipMembers(random.one(of: corpus)), &random)
      },
      parse: checkpoint)
  }

  /// The safetensors format.
  static var safetensors: Subject {
    Subject(
      name: "safetensors", folders: ["Tests/Fixtures/checkpoint"], takes: isSafetensors,
      mutate: { file, _, random in damagedTensors(file, &random) },
      parse: checkpoint)
  }

  /// Arrays of NumPy.
  static var npy: Subject {
    Subject(
      name: "npy", folders: ["Tests/Fixtures/checkpoint"],
      takes: { $0.starts(with: NumpyArray.magic) },
      mutate: { file, _, random in damagedArray(file, &random) },
      parse: checkpoint)
  }

  /// The strict JSON reader.
  static var json: Subject {
    Subject(
      name: "json", folders: ["Tests/Fixtures/checkpoint"],
      takes: { ($0.first == 0x5b || $0.first == 0x7b) && $0.count < 4096 },
      mutate: { file, _, random in JSONTokens(file).mutated(&random) },
      parse: { bytes in
        do throws(JSONError) {
          let value = try JSON(parsing: bytes)
          // What was read can be written and read again.
          let again = try JSON(parsing: Array(value.text().utf8))
          demand(again == value, "JSON does not read back")
          return .accepted
        } catch { return error.offset <= 1 ? .refusedAtOnce : .refused }
      })
  }

  static func isSafetensors(_ file: [UInt8]) -> Bool {
    file.count > 8 && file[8] == 0x7b && file[2..<8].allSatisfy { $0 == 0 }
  }

  /// True for the number that torch's older files begin with.
  private static func isLegacy(_ file: [UInt8]) -> Bool {
    file.starts(with: [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc])
  }

  /// A safetensors file with another header, its length right again.
  static func damagedTensors(_ file: [UInt8], _ random: inout Random) -> [UInt8] {
    let length = Int(file[0]) | Int(file[1]) << 8
    let head = JSONTokens(Array(file[8..<8 + length])).mutated(&random)
    var result: [UInt8] = []
    result.append(littleEndian: UInt64(head.count))
    let data = Array(file[(8 + length)...])
    return result + head + (random.once(in: 4) ? random.damaged(data) : data)
  }

  /// An array of NumPy with another header, its length right again; of objects also the pickle.
  static func damagedArray(_ file: [UInt8], _ random: inout Random) -> [UInt8] {
    let length = Int(file[8]) | Int(file[9]) << 8
    guard file.count >= 10 + length else { return random.damaged(file) }
    let head = JSONTokens(Array(file[10..<10 + length])).mutated(&random)
    var result = Array(file[..<8])
    result.append(littleEndian: UInt16(truncatingIfNeeded: head.count))
    let data = Array(file[(10 + length)...])
    if data.first == 0x80 {
      let pickle = PickleTokens(data)
      return random.once(in: 2)
        ? Array(file[..<(10 + length)]) + pickle.mutated(with: pickle, &random)
        : result + head + data
    }
    return result + head + (random.once(in: 4) ? random.damaged(data) : data)
  }

  /// Reads a checkpoint and every element in it.
  static func checkpoint(_ bytes: [UInt8]) -> Outcome {
    outcome { () throws(CheckpointError) in
      let checkpoint = try Checkpoint.read(ByteRegion(bytes), path: "mutated")
      let wanted = checkpoint.entries.prefix(3).map { ($0.name, $0.shape) }
      _ = checkpoint.located(
        for: Dictionary(wanted + [("weight", [])], uniquingKeysWith: { first, _ in first }))
      var elements = 0
      for entry in checkpoint.entries {
        // Many names may share one storage; each reading is bounded, all of them need not be.
        elements += min(entry.shape.count, 10_000_000)
        guard elements < 10_000_000 else { break }
        guard let tensor = try? entry.tensor() else { continue }
        demand(tensor.elements.count == entry.shape.count, "elements are missing")
      }
    }
  }

  private static func outcome(_ read: () throws(CheckpointError) -> Void) -> Outcome {
    do throws(CheckpointError) {
      try read()
      return .accepted
    } catch {
      demand(error.exitCode == 65 && !error.description.isEmpty, "an odd refusal")
      return isEarly(error.fault) ? .refusedAtOnce : .refused
    }
  }

  /// True for what the first look at a file finds.
  private static func isEarly(_ fault: CheckpointFault) -> Bool {
    switch fault {
    case .foreign, .unreadable, .zip(.noDirectory), .safetensors(.headLength): true
    case .pickle(let offset, _): offset <= 2
    case .safetensors(.json(let error)): error.offset <= 1
    case .numpy(_, let error): [.notNumpy, .version(0, 0)].contains(error)
    default: false
    }
  }
}

extension Outcome: Comparable {
  private var rank: Int {
    switch self {
    case .refusedAtOnce: 0
    case .refused: 1
    case .accepted: 2
    }
  }

  /// The further a parser came, the greater.
  static func < (a: Outcome, b: Outcome) -> Bool { a.rank < b.rank }
}
