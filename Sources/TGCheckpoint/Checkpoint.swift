package import TGTensor

/// The named tensors of a file.
package struct Checkpoint: Sendable {
  /// One named tensor; its elements are read when they are asked for.
  package struct Entry: Sendable {
    /// The name, parts joined by dots; empty for a file that is one bare tensor.
    package let name: String
    /// The view of the file's bytes: shape, stored type, elements.
    package let elements: StoredElements

    /// The extents as stored.
    package var shape: Shape { elements.shape }
    /// The element type as stored.
    package var type: StoredType { elements.type }
    /// The elements converted to float32. Cannot fail: the view was checked when the file was read.
    package func tensor() -> HostTensor { elements.tensor() }
  }

  /// Something in the file that is no tensor and no number.
  package struct Skipped: Hashable, Sendable {
    /// The name that it would have.
    package let name: String
    /// What it is: "text", "nothing", "a boolean".
    package let kind: String
  }

  /// The container of a file.
  package enum Format: String, Hashable, Sendable, CustomStringConvertible {
    /// `torch.save` since version 1.6.
    case torchZip = "torch-zip"
    /// `torch.save` before version 1.6.
    case torchLegacy = "torch-legacy"
    /// A plain pickle, for instance of NumPy arrays.
    case pickle
    /// The safetensors format.
    case safetensors
    /// One array of NumPy.
    case npy
    /// A zip archive of NumPy arrays.
    case npz

    /// The name as reports show it.
    package var description: String { rawValue }
  }

  /// The name of the file without folders.
  package let fileName: String
  /// The container.
  package let format: Format
  /// The tensors, in the order of the file. No two have one name.
  package let entries: [Entry]
  /// What else was found, in the order of the file.
  package let skipped: [Skipped]
  /// The texts that a safetensors file carries besides tensors.
  package let metadata: [String: String]
  private let index: [String: Int]

  init(
    fileName: String, format: Format, entries: [Entry], skipped: [Skipped] = [],
    metadata: [String: String] = [:]
  ) throws(CheckpointFault) {
    var index: [String: Int] = [:]
    index.reserveCapacity(entries.count)
    for (position, entry) in entries.enumerated() {
      guard index.updateValue(position, forKey: entry.name) == nil else {
        throw .duplicateName(entry.name)
      }
    }
    self.init(
      fileName: fileName, format: format, entries: entries, skipped: skipped,
      metadata: metadata, index: index)
  }

  private init(
    fileName: String, format: Format, entries: [Entry], skipped: [Skipped],
    metadata: [String: String], index: [String: Int]
  ) {
    self.fileName = fileName
    self.format = format
    self.entries = entries
    self.skipped = skipped
    self.metadata = metadata
    self.index = index
  }

  /// The tensor of a name.
  package subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

  /// The tensors whose names begin with a prefix, without it. The prefix is part of a path: `netG`
  /// finds `netG.0.weight` as `0.weight`, and a tensor named `netG` itself as the bare one; an empty
  /// prefix finds everything.
  package func subtree(_ prefix: String) -> Checkpoint {
    guard !prefix.isEmpty else { return self }
    func rest(_ name: String) -> String? {
      guard name.hasPrefix(prefix) else { return nil }
      let rest = name.dropFirst(prefix.count)
      return rest.isEmpty ? "" : rest.first == "." ? String(rest.dropFirst()) : nil
    }
    let found = entries.compactMap { entry in
      rest(entry.name).map { Entry(name: $0, elements: entry.elements) }
    }
    return Checkpoint(
      fileName: fileName, format: format, entries: found,
      skipped: skipped.compactMap { item in
        rest(item.name).map { Skipped(name: $0, kind: item.kind) }
      }, metadata: metadata,
      index: Dictionary(
        found.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// A checkpoint and the prefix under which its names were found.
  package struct Located: Sendable {
    /// The prefix without its last dot; empty for the top of the file.
    package let prefix: String
    /// How many of the wanted names are there.
    package let found: Int
    /// The tensors under the prefix.
    package let checkpoint: Checkpoint
  }

  /// Finds the part of the file that the wanted names speak of, for instance below
  /// `state_dict.module`.
  ///
  /// Every prefix at which some wanted name occurs is a candidate. The one with most wanted names
  /// wins; among equals the one that leaves fewest other tensors, then the shortest, then the
  /// first in the file. Without any match the whole file is returned, with `found` 0.
  package func located(for wanted: Set<String>) -> Located {
    let longest = wanted.map(\.utf8.count).max() ?? 0
    var candidates: [Substring: Candidate] = [:]
    for (position, entry) in entries.enumerated() {
      for (prefix, rest) in Checkpoint.cuts(of: entry.name) {
        let isWanted = rest.utf8.count <= longest && wanted.contains(String(rest))
        candidates[prefix, default: Candidate(first: position)].count(isWanted)
      }
    }
    let best = candidates.filter { $0.value.found > 0 }.max { a, b in
      Candidate.precedes((b.key, b.value), (a.key, a.value))
    }
    guard let best else { return Located(prefix: "", found: 0, checkpoint: self) }
    let prefix = String(best.key)
    return Located(prefix: prefix, found: best.value.found, checkpoint: subtree(prefix))
  }

  /// A prefix under which wanted names were found.
  private struct Candidate {
    var found = 0
    var others = 0
    let first: Int

    init(first: Int) { self.first = first }

    mutating func count(_ isWanted: Bool) {
      if isWanted { found += 1 } else { others += 1 }
    }

    /// The order of preference.
    static func precedes(
      _ a: (prefix: Substring, Candidate), _ b: (prefix: Substring, Candidate)
    ) -> Bool {
      let left = [-a.1.found, a.1.others, a.prefix.utf8.count, a.1.first]
      let right = [-b.1.found, b.1.others, b.prefix.utf8.count, b.1.first]
      return left.lexicographicallyPrecedes(right)
    }
  }

  /// Every way to cut a name at one of its first 16 dots, and the uncut name under the empty prefix.
  private static func cuts(of name: String) -> [(prefix: Substring, rest: Substring)] {
    var result: [(prefix: Substring, rest: Substring)] = [("", name[...])]
    for (count, dot) in name.utf8.indices.lazy.filter({ name.utf8[$0] == 0x2e }).enumerated() {
      guard count < 16 else { break }
      result.append((name[..<dot], name[name.utf8.index(after: dot)...]))
    }
    if !name.isEmpty { result.append((name[...], "")) }
    return result
  }
}
