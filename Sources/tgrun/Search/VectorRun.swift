import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// Computes the vector that a function makes of each of many items.
struct VectorRun {
  /// What an item has of its own; the rest is given for all.
  struct Item: Hashable {
    /// The path of its picture.
    var picture: String?
    /// Its caption.
    var caption: String?
    /// Where the caption stands, before the sentence of an error; may be empty.
    var location = ""
  }

  /// The function.
  let session: Session
  /// The output that is the vector.
  let output: InterfaceItem
  /// The input that takes the items' own pictures; nil if there is none.
  let pictureInput: InterfaceItem?
  /// The input that takes their captions; nil if there is none.
  let captionInput: InterfaceItem?
  private let inputs: Inputs
  private let console: Console
  private let seed: UInt64

  /// - Parameter seed: of what the function draws, the same for all items.
  init(session: Session, inputs: Inputs, seed: UInt64, console: Console) throws {
    let form = session.variants.form
    let vectors = form.outputs.filter { !$0.takesPicture && $0.itemShape.count == 1 }
    guard vectors.count == 1 else {
      let names = vectors.map(\.name).joined(separator: ", ")
      throw Failure(
        .usage,
        "an index keeps one vector for each entry, and '\(form.name)' gives "
          + (vectors.isEmpty ? "none" : "several: \(names)"),
        hint: "name a function that gives one: --function NAME; tginspect lists them")
    }
    output = vectors[0]
    func open(_ items: [InterfaceItem]) -> InterfaceItem? {
      items.first { inputs.given[$0.name] == nil }
    }
    (pictureInput, captionInput) = (
      open(session.variants.pictureInputs), open(session.variants.textInputs)
    )
    (self.session, self.inputs, self.seed, self.console) = (session, inputs, seed, console)
  }

  /// How many numbers a vector has.
  var dimension: Int { output.itemShape[0] }

  /// Computes the vectors, as many at once as fill the largest batch.
  ///
  /// - Parameter take: takes the index of an item and its vector, in order; broken pictures are left
  ///   out.
  /// - Returns: the broken ones.
  /// - Throws: whatever else goes wrong; a broken picture, if it is the only one.
  func each(
    _ items: [Item], _ take: (Int, [Float]) throws -> Void
  ) throws -> LeftOut {
    var leftOut = LeftOut(of: items.count)
    var progress = try Progress(console: console, total: items.count)
    let room = max(1, session.variants.sizes.last ?? 1)
    var next = 0
    while next < items.count {
      var runs: [(index: Int, item: RunItem)] = []
      while next < items.count, runs.count < room {
        let index = next
        next += 1
        if let run = try run(items[index], &leftOut) { runs.append((index, run)) }
      }
      guard !runs.isEmpty else { continue }
      let prepared = try session.prepare(
        inputs.given, items: runs.map(\.item), belongTogether: false)
      for chunk in prepared.chunks {
        let (values, _) = try session.run(chunk, of: prepared, outputs: [output.name])
        for (place, value) in zip(chunk.items, values) {
          guard let vector = value[output.name] else { continue }
          try take(runs[place].index, vector.elements)
        }
      }
      progress.show(next)
    }
    progress.end(items.count)
    return leftOut
  }

  private func run(_ item: Item, _ leftOut: inout LeftOut) throws -> RunItem? {
    var run = RunItem(seed: seed)
    if let caption = item.caption, let captionInput {
      _ = try session.tokens(of: caption, for: captionInput, location: item.location)
      run.captions[captionInput.name] = caption
    }
    guard let path = item.picture, let pictureInput else { return run }
    let tensor = try leftOut.trying(path) {
      try Inputs.tensor(ofPicture: path, for: pictureInput, console: console)
    }
    guard let tensor else { return nil }
    run.numbers[pictureInput.name] = tensor.elements
    return run
  }
}
