package import TGPlan
package import TGTensor

/// The weight section while it is built: blobs of numbers, equal ones stored once.
///
/// Shared by all functions and batch sizes of a plan.
package struct WeightStore: Sendable {
  /// The blobs in the order in which they were first asked for; each starts at a multiple of
  /// `Slot.alignment`.
  package private(set) var blobs: [WeightNumbers] = []
  /// The first byte of each blob.
  package private(set) var offsets: [Int] = []
  /// The bytes in all, with the gaps between blobs.
  package private(set) var byteCount = 0
  private var known: [Key: [Int]] = [:]

  /// What is compared before contents are: the length and a few numbers.
  private struct Key: Hashable {
    var count: Int
    var dtype: DType
    var sample: [UInt32]
  }

  /// Makes an empty store.
  package init() {}

  /// Puts a blob into the section, or finds the equal one; returns its slot.
  package mutating func insert(_ numbers: WeightNumbers) -> Slot {
    let count = numbers.count
    let step = max(1, count / 16)
    let key = Key(
      count: count, dtype: numbers.dtype,
      sample: stride(from: 0, to: count, by: step).map { numbers.bits(at: $0) })
    for index in known[key] ?? [] where blobs[index].hasSameBits(as: numbers) {
      return Slot(kind: .weight, dtype: numbers.dtype, offset: offsets[index], count: count)
    }
    let slot = Slot(kind: .weight, dtype: numbers.dtype, offset: byteCount, count: count)
    known[key, default: []].append(blobs.count)
    blobs.append(numbers)
    offsets.append(byteCount)
    byteCount += (slot.byteCount + Slot.alignment - 1) / Slot.alignment * Slot.alignment
    return slot
  }
}

extension WeightStore {
  /// The section in memory, for plans that are run where they were made; nil if there is no memory.
  package var section: WeightSection? {
    var words = [UInt32](repeating: 0, count: byteCount / 4)
    for (blob, offset) in zip(blobs, offsets) {
      words.replaceSubrange(offset / 4..<offset / 4 + blob.count, with: blob.bits)
    }
    return WeightSection(elements: words.map { Float(bitPattern: $0) })
  }
}
