import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// What is written into a sheet: over it what all pictures have in common, over a row or under each
/// what it has for itself.
struct Labels {
  /// The captions of all pictures, and what is interpolated.
  let title: String
  private let editing: Editing
  private let hasCaptions: Bool
  private let hasPictures: Bool
  private let hasSeeds: Bool

  init(_ items: [NamedItem], inputs: Inputs, editing: Editing) {
    self.editing = editing
    let captions = Set(items.map(\.run.captions))
    hasCaptions = captions.count > 1
    hasPictures = Set(items.map(\.picture)).count > 1
    hasSeeds = Set(items.map(\.run.seed)).count > 1
    var common = inputs.captions
    if captions.count == 1 { common.merge(captions.first ?? [:]) { $1 } }
    title = (inputs.variants.textInputs.map { common[$0.name] } + [editing.title])
      .compactMap(\.self).joined(separator: " / ")
  }

  /// The captions of an item, if not all have the same.
  func heading(of item: NamedItem) -> String {
    guard hasCaptions else { return "" }
    return item.run.captions.sorted { $0.key < $1.key }.map(\.value).joined(separator: " / ")
  }

  /// What stands under the picture of an item besides.
  func text(of item: NamedItem) -> String {
    var parts: [String] = []
    if hasPictures, let picture = item.picture { parts.append(Path.stem(picture.path)) }
    if hasSeeds { parts.append("seed \(item.run.seed)") }
    if let row = item.row { parts.append("row \(row)") }
    if let frame = item.frame { parts.append(editing.label(frame: frame)) }
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
