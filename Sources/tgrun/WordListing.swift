import TGCommandLine
import TGPlan
import TGSession
import TGTensor
import TGText

/// `--show-words`: the words of a plan with their ids.
struct WordListing {
  private let plan: PlanFile
  private let path: String
  private let vocabularies: [Listed]

  /// A vocabulary with the inputs that it is for.
  private typealias Listed = (name: String, inputs: [String], words: Vocabulary)

  /// Reads the vocabularies of a plan.
  ///
  /// - Parameter function: lists only those of its inputs; nil for all of the plan.
  /// - Throws: `Failure` for a plan without words.
  init(path: String, function: String?) throws {
    plan = try PlanFile.load(path: path)
    self.path = path
    let functions = plan.plan.functions.filter { function == nil || $0.name == function }
    guard !functions.isEmpty else {
      throw Failure(
        .usage, "the plan has no function '\(function ?? "")'",
        hint: "tginspect lists what a plan has")
    }
    vocabularies = try plan.plan.texts.compactMap { text -> Listed? in
      let inputs = functions.flatMap(\.inputs).filter { $0.textResource == text.name }.map(\.name)
      guard !inputs.isEmpty else { return nil }
      do throws(TextError) {
        let pipeline = try TextPipeline(decoding: text.bytes)
        return (text.name, Array(Set(inputs)).sorted(), pipeline.vocabulary)
      } catch { throw SessionError.vocabulary(text.name, error) }
    }
    guard !vocabularies.isEmpty else {
      if let item = functions.flatMap(\.inputs).first(where: \.isWordless) {
        throw SessionError.noWords(given: "--show-words", item)
      }
      throw Failure(.usage, "\(path) takes no captions, so it has no words")
    }
  }

  /// Prints a line for each word, `id TAB word`; before it the name of the vocabulary if there are
  /// several.
  func print(on console: Console) throws {
    if console.isJSON {
      try console.print(json.text(indented: true))
      return
    }
    for (name, inputs, words) in vocabularies {
      console.note("\(name), \(words.count) words, for \(inputs.joined(separator: ", "))")
      let before = vocabularies.count > 1 ? name + "\t" : ""
      var lines: [String] = []
      for (id, word) in zip(words.ids, words.words) { lines.append("\(before)\(id)\t\(word)") }
      try console.print(lines.joined(separator: "\n"))
    }
  }

  private var json: JSON {
    let entries = vocabularies.map { name, inputs, words in
      JSON.pairs([
        ("name", .string(name)),
        ("inputs", .array(inputs.map { .pairs([("name", .string($0))]) })),
        (
          "words",
          .array(
            zip(words.ids, words.words).map { id, word in
              .pairs([("id", .integer(id)), ("word", .string(word))])
            })
        ),
      ])
    }
    return .document([
      ("plan", .string(path)), ("name", .string(plan.plan.name)), ("hash", .string(plan.hash)),
      ("vocabularies", .array(entries)),
    ])
  }
}
