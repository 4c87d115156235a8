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
  /// In which type large weights are stored.
  package let type: WeightsType
  /// The weights that stay float32 although `type` is float16, each once.
  package private(set) var kept: [KeptWeights] = []
  private var known: [Key: [Int]] = [:]
  /// What was packed for the function before and for this one. They hold the numbers, so that no
  /// others can lie in their memory.
  private var (before, now): ([Key: [Packed]], [Key: [Packed]]) = ([:], [:])

  /// What is compared before contents are: the length and a few numbers.
  private struct Key: Hashable {
    var count: Int
    var dtype: DType
    var sample: [UInt32]

    init(_ numbers: WeightNumbers) {
      self.init(count: numbers.count, numbers.dtype) { numbers.bits(at: $0) }
    }

    /// What the key of numbers would be that lie elsewhere in another order.
    init(count: Int, _ dtype: DType, bits: (Int) -> UInt32) {
      (self.count, self.dtype) = (count, dtype)
      sample = stride(from: 0, to: count, by: max(1, count / 16)).map(bits)
    }
  }

  /// A kernel as it was given, and where it lies packed.
  private struct Packed {
    var kernel: HostTensor
    var groups: Int
    var slot: Slot
  }

  /// Makes an empty store.
  package init(_ type: WeightsType = .f32) { self.type = type }

  /// Remembers weights that stay float32.
  mutating func keep(_ weights: KeptWeights) {
    if !kept.contains(weights) { kept.append(weights) }
  }

  /// Puts a blob into the section, or finds the equal one; returns its slot.
  package mutating func insert(_ numbers: WeightNumbers) -> Slot {
    let (count, key) = (numbers.count, Key(numbers))
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

  /// Puts a kernel into the section as `pack` lays it out; a kernel of the same memory, shape and groups
  /// that this function or the one before has put there is not packed again. So the batch sizes of a
  /// function, and functions of one network after each other, pack each kernel once.
  package mutating func insert(
    _ kernel: HostTensor, groups: Int, packedBy pack: (HostTensor) -> WeightNumbers
  ) -> Slot {
    let key = Key(.floats(kernel.elements))
    func find(_ all: [Packed]?) -> Packed? {
      all?.first {
        $0.groups == groups && $0.kernel.shape == kernel.shape
          && $0.kernel.elements.span.isIdentical(to: kernel.elements.span)
      }
    }
    if let packed = find(now[key]) { return packed.slot }
    let packed =
      find(before[key])
      ?? Packed(kernel: kernel, groups: groups, slot: insert(pack(kernel)))
    now[key, default: []].append(packed)
    return packed.slot
  }

  /// The panels of another kernel that is this one of one group turned, channels exchanged and taps in
  /// reverse order, if they are in the section, in the type in which this one would be, and the panels of
  /// this one are not.
  package func slot(turning kernel: HostTensor) -> Slot? {
    let own = PanelOrder(kernel)
    let turned = PanelOrder(kernel, isTurned: true)
    let types: [DType] = type == .f16 ? [.float32, .float16] : [.float32]
    func candidates(_ order: PanelOrder, _ dtype: DType) -> [Int] {
      known[Key(count: order.count, dtype) { order.bits(at: $0, as: dtype) }] ?? []
    }
    guard types.allSatisfy({ candidates(own, $0).isEmpty }) else { return nil }
    for dtype in types {
      let found = candidates(turned, dtype).first { turned.isEqual(to: blobs[$0]) }
      guard let found, dtype == .float32 || WeightsType.areHalves(kernel.elements) else { continue }
      return Slot(kind: .weight, dtype: dtype, offset: offsets[found], count: turned.count)
    }
    return nil
  }

  /// Lets go what was packed for the function before the one that is done.
  package mutating func finishFunction() { (before, now) = (now, [:]) }
}

extension WeightStore {
  /// The section in memory, for plans that are run where they were made; nil if there is no memory.
  package var section: WeightSection? {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    for (blob, offset) in zip(blobs, offsets) {
      let own = blob.littleEndianBytes
      bytes.replaceSubrange(offset..<offset + own.count, with: own)
    }
    return WeightSection(elements: bytes)
  }
}
