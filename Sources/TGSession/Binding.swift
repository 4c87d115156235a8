internal import TGPlan
internal import TGTensor
internal import TGText

/// Where the numbers of an input come from, made ready for any item.
struct Binding {
  /// The numbers of one item.
  enum Source {
    /// The same for all.
    case shared([Float], words: Int?)
    /// One row for each item.
    case rows(ArrayRows)
    /// A caption, which may differ from item to item, through a reader.
    case captions(CaptionReader, shared: String?)
    /// Drawn from the seed.
    case drawn(Distribution)
    /// Each item brings its own.
    case own
  }

  let item: InterfaceItem
  let source: Source

  /// Chooses the source of an input.
  ///
  /// - Parameters:
  ///   - given: what is given for it, if anything.
  ///   - reader: what makes ids of captions, for texts.
  ///   - hasCaptions: true if items bring captions of their own for it.
  ///   - hasNumbers: true if every item brings numbers of its own for it.
  init(
    _ item: InterfaceItem, given: Given?, reader: CaptionReader?, hasCaptions: Bool,
    hasNumbers: Bool = false, function: String
  ) throws(SessionError) {
    self.item = item
    switch given {
    case .picture(let picture, _):
      guard item.takesPicture else {
        throw .wrongKind(input: item.name, kind: item.kind.word, given: "a picture")
      }
      guard picture.elements.count == item.itemShape.reduce(1, *) else {
        throw .shape(input: item.name, found: picture.shape, expected: item.view.dimensions)
      }
      source = .shared(picture.elements, words: nil)
    case .caption(let caption):
      guard let reader else {
        throw .wrongKind(input: item.name, kind: item.kind.word, given: "a caption")
      }
      source = .captions(reader, shared: caption)
    case .array(let array, let lengths):
      source = .rows(try ArrayRows(array, lengths: lengths, for: item))
    case .number(let value):
      let form = HostTensor(Shape([1] + item.itemShape), repeating: value)
      let rows = try ArrayRows(form, lengths: nil, for: item)
      source = .shared(rows.elements, words: rows.lengths?.first)
    case nil:
      if hasCaptions, let reader {
        source = .captions(reader, shared: nil)
      } else if hasNumbers {
        source = .own
      } else if let value = item.defaultValue {
        let count = item.itemShape.reduce(1, *)
        source = .shared([Float](repeating: value, count: count), words: item.itemShape.first)
      } else if let distribution = item.distribution {
        source = .drawn(distribution)
      } else {
        throw .missing(item, function: function)
      }
    }
  }

  /// The numbers and, for texts, the words of one item.
  func numbers(of run: RunItem) throws(SessionError) -> (elements: [Float], words: Int?) {
    let count = item.itemShape.reduce(1, *)
    if let own = run.numbers[item.name] {
      guard own.count == count else {
        throw .shape(
          input: item.name, found: Shape([1, own.count]), expected: item.view.dimensions)
      }
      let rows = ArrayRows(count: 1, rowSize: count, elements: own, lengths: nil)
      try rows.check(item)
      return (own, nil)
    }
    switch source {
    case .own: throw .missing(item, function: "")
    case .shared(let elements, let words): return (elements, words)
    case .rows(let rows): return (Array(rows.row(run.row)), rows.lengths?[run.row])
    case .drawn(let distribution):
      let noise = Noise(seed: run.seed, input: item.name, item: run.noiseItem)
      return (noise.numbers(count, of: distribution), nil)
    case .captions(let reader, let shared):
      guard let caption = run.captions[item.name] ?? shared else {
        throw .missing(item, function: "")
      }
      return try Self.numbers(of: caption, by: reader, for: item)
    }
  }

  private static func numbers(
    of caption: String, by reader: CaptionReader, for item: InterfaceItem
  ) throws(SessionError) -> ([Float], Int?) {
    let length = item.itemShape.first ?? 0
    let tokens: Tokens
    do {
      tokens = try reader.tokens(of: caption, length: length)
    } catch { throw .caption(error, location: "") }
    guard let ids = tokens.padded(to: length, with: reader.pipeline.padding) else {
      throw .caption(.longCaption(bytes: caption.utf8.count), location: "")
    }
    if item.rows > 0, let bad = ids.first(where: { $0 < 0 || $0 >= item.rows }) {
      throw .numberOutOfRange(input: item.name, item: 0, value: Float(bad), limit: item.rows)
    }
    return (ids.map { Float($0) }, tokens.count)
  }
}
