import TGCheckpoint
import TGTensor

/// Networks that other frameworks saved as objects: Torch7, ncnn.
extension Subject {
  /// Files of Torch7.
  static var torch7: Subject {
    Subject(
      name: "torch7", folders: ["Tests/Fixtures/torch7"],
      takes: { [3, 4, 0x33, 0x34].contains($0.first ?? 0) },
      mutate: { file, corpus, random in
        Torch7Values(file).mutated(with: Torch7Values(random.one(of: corpus)), &random)
      },
      parse: checkpoint)
  }

  /// Networks of ncnn: text and numbers in one input, behind the length of the text.
  static var ncnn: Subject {
    Subject(
      name: "ncnn",
      source: .damage(
        corpus: { root in
          let folder = "\(root)/Tests/Fixtures/ncnn"
          return ["layers", "sheet"].compactMap { name in
            guard let text = Corpus.file("\(folder)/\(name).param"),
              let numbers = Corpus.file("\(folder)/\(name).bin")
            else { return nil }
            return NcnnPair(text: text, numbers: numbers).joined
          }
        },
        mutate: { file, _, random in NcnnPair(joined: file).mutated(&random).joined }),
      read: { bytes in
        let pair = NcnnPair(joined: bytes)
        return outcome { () throws(CheckpointError) in
          lookInto(
            try Checkpoint.read(
              ncnn: ByteRegion(pair.text), weights: ByteRegion(pair.numbers), path: "mutated.param")
          )
        }
      })
  }
}
