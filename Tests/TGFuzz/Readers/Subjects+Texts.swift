import TGCheckpoint
import TGCompiler
import TGTensor
import TGText

/// The parsers of vocabularies and captions.
extension Subject {
  /// The stored form of a text pipeline.
  static var pipeline: Subject {
    Subject(
      name: "pipeline", folders: ["Tests/Fixtures/text/pipelines"],
      takes: { $0.starts(with: "TGTX".utf8) },
      mutate: { file, corpus, random in
        PipelineParts(file).mutated(with: corpus.map { PipelineParts($0) }, &random)
      },
      parse: { bytes in
        do throws(TextError) {
          let pipeline = try TextPipeline(decoding: bytes)
          demand(pipeline.encode() == bytes, "a pipeline does not write back")
          let words = pipeline.vocabulary.words.prefix(3).joined(separator: " ")
          for caption in ["a red bird, 圆领短袖 é", words] {
            do throws(TextError) {
              let tokens = try pipeline.tokenize(caption, length: 12)
              demand(tokens.ids.allSatisfy { $0 < pipeline.rows }, "an id is too large")
            } catch { demand(error.exitCode == 65, "an odd refusal") }
          }
          return .accepted
        } catch { return outcome(error) }
      })
  }

  /// Vocabulary files, text and JSON.
  static var vocabulary: Subject {
    Subject(
      name: "vocabulary", folders: ["Tests/Fixtures/text"],
      takes: { $0.starts(with: "[PAD]".utf8) || $0.first == 0x7b },
      mutate: { file, corpus, random in
        if file.first == 0x7b { return JSONTokens(file).mutated(&random) }
        return random.damagedLines(of: file, with: corpus)
      },
      parse: { bytes in
        do throws(TextError) {
          let vocabulary = try Vocabulary(contents: bytes, path: "mutated")
          _ = try TextPipeline(tokenizer: nil, vocabulary: vocabulary).encode()
          return .accepted
        } catch { return outcome(error) }
      })
  }

  /// Captions: bytes of a file to tokens.
  static var caption: Subject {
    let vocabulary = try? Vocabulary(list: ["<pad>", "a", "red", "bird", "圆领"], path: "list")
    return Subject(
      name: "caption", folders: ["Tests/Fixtures/text"],
      takes: { $0.starts(with: "this bird".utf8) },
      mutate: { file, corpus, random in
        let words = file.split(separator: 0x20)
        return Array(random.rearranged(words, with: words).joined(separator: [0x20]))
      },
      parse: { bytes in
        guard let vocabulary else { return .refusedAtOnce }
        do throws(TextError) {
          let caption = try Caption.read(bytes)
          // One way of cutting each, by turns.
          let pipeline = TextPipeline(
            splitting: Splitting.allCases[bytes.count % Splitting.allCases.count],
            vocabulary: vocabulary, padding: 0, unknown: .drop)
          _ = try pipeline.tokenize(caption, length: 8)
          return .accepted
        } catch { return outcome(error) }
      })
  }

  /// Pickled vocabularies of text encoders.
  static var words: Subject {
    func read(_ file: [UInt8], rows: Int) throws -> Vocabulary {
      try VocabularyReader.read(
        GivenFile(path: "words.pickle", contents: ByteRegion(file)), rows: rows)
    }
    return Subject(
      name: "words", folders: ["Tests/Fixtures/checkpoint", "Tests/Fixtures/vocabularies"],
      takes: { file in
        // A dictionary or a list of dictionaries, as captions.pickle is.
        ![0x5B, 0x7B].contains(file.first) && (try? read(file, rows: 0)) != nil
      },
      mutate: { file, corpus, random in
        PickleTokens(file).mutated(with: PickleTokens(random.one(of: corpus)), &random)
      },
      parse: { bytes in
        do {
          let vocabulary = try read(bytes, rows: 5)
          _ = try TextPipeline(tokenizer: nil, vocabulary: vocabulary).encode()
          return .accepted
        } catch let error as TextError { return outcome(error) } catch {
          guard let error = error as? CheckpointError else { fail("\(error)") }
          demand(error.exitCode == 65 && !error.description.isEmpty, "an odd refusal")
          return .refused
        }
      })
  }

  /// Word vectors.
  static var vectors: Subject {
    let scratch = ScratchFile(ending: ".vec")
    let wanted = ["red", "blue", "圆领", "absent"]
    return Subject(
      name: "vectors",
      source: .damage(corpus: { _ in vectorFiles }) { file, corpus, random in
        random.damagedLines(of: file, with: corpus)
      },
      read: { bytes in
        scratch.with(bytes) { path in
          var result = Outcome.refused
          for words in [nil, wanted] {
            do throws(TextError) {
              let read = try WordVectors.read(path: path, words: words)
              demand(
                read.table.elements.allSatisfy(\.isFinite)
                  && read.table.shape[0] == read.vocabulary.words.count + 1, "an odd table")
              result = .accepted
            } catch { result = max(result, outcome(error)) }
          }
          return result
        }
      })
  }

  private static var vectorFiles: [[UInt8]] {
    [
      "3 2\nred 1 0.5\nblue 1e-3 2\n圆领 -1 -2\n", "red 1 0.5 -0.25\nNew York 7 8 9\n",
      "1 1\nred 4\n",
    ].map { Array($0.utf8) }
  }

  private static func outcome(_ error: TextError) -> Outcome {
    demand(error.exitCode == 65 && !error.message.isEmpty, "an odd refusal")
    if case .badEncoding(let offset, _) = error, offset < 5 { return .refusedAtOnce }
    return .refused
  }
}

/// A stored pipeline cut into its numbers and words.
struct PipelineParts {
  private var numbers: [UInt64] = []
  private var words: [(step: UInt64, bytes: [UInt8])] = []

  init(_ file: [UInt8]) {
    var position = 5
    func number() -> UInt64 {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while position < file.count {
        let byte = file[position]
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        shift += 7
        if byte & 0x80 == 0 || shift > 28 { break }
      }
      return value
    }
    for _ in 0..<5 { numbers.append(number()) }
    let count = number()
    for _ in 0..<count where position < file.count {
      let step = number()
      let length = Int(number())
      guard length <= file.count - position else { break }
      words.append((step, Array(file[position..<position + length])))
      position += length
    }
  }

  /// A stored pipeline of changed numbers and words; mostly the count is right again.
  func mutated(with others: [PipelineParts], _ random: inout Random) -> [UInt8] {
    var changed = self
    for _ in 0...random.below(3) {
      switch random.below(4) {
      case 0: changed.words = random.rearranged(changed.words, with: random.one(of: others).words)
      case 1: changed.numbers[random.below(5)] = UInt64(random.below(300))
      default:
        guard !changed.words.isEmpty else { continue }
        let place = random.below(changed.words.count)
        if random.once(in: 2) {
          changed.words[place].bytes = random.damaged(changed.words[place].bytes)
        } else {
          changed.words[place].step = random.number() & 0xffff_ffff
        }
      }
    }
    var file = Array("TGTX".utf8) + [1]
    func put(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        file.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      file.append(UInt8(rest))
    }
    for number in changed.numbers { put(number) }
    put(random.once(in: 8) ? random.number() : UInt64(changed.words.count))
    for (step, bytes) in changed.words {
      put(step)
      put(UInt64(bytes.count))
      file += bytes
    }
    return file
  }
}
