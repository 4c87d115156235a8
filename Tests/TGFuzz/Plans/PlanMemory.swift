import TGExecution
import TGPlan
import TGTensor

/// The weights and the arena of a function, as words of 4 bytes.
///
/// A place is a bit: number `32 · word + bit`. Floats and whole numbers have 32 of them.
struct PlanMemory {
  /// The weight section.
  var weights: [UInt32]
  /// The arena.
  var arena: [UInt32]

  /// The memory that a slot lies in.
  subscript(slot: Slot) -> [UInt32] { slot.kind == .weight ? weights : arena }

  /// The largest magnitude that a view sees; infinite if it sees numbers that are not finite.
  func magnitude(_ view: View, in slot: Slot) -> Double {
    let memory = self[slot]
    var largest: Float = 0
    for place in view.places(in: slot) {
      switch view.dtype {
      case .bits: return 1
      case .float16:
        let half = UInt16(truncatingIfNeeded: memory[place / 32] >> UInt32(place % 32))
        let magnitude = Float(Float16(bitPattern: half)).magnitude
        guard magnitude.isFinite else { return .infinity }
        largest = max(largest, magnitude)
      case .int32: largest = max(largest, Float(Int32(bitPattern: memory[place / 32])).magnitude)
      default:
        let magnitude = Float(bitPattern: memory[place / 32]).magnitude
        guard magnitude.isFinite else { return .infinity }
        largest = max(largest, magnitude)
      }
    }
    return Double(largest)
  }

  /// A weight section of some words.
  static func section(_ words: [UInt32]) -> WeightSection {
    guard let section = WeightSection(elements: words.map { Float(bitPattern: $0) }) else {
      fail("no memory")
    }
    return section
  }

  /// The words of bytes, the lowest first.
  static func words(_ bytes: [UInt8]) -> [UInt32] {
    (0..<bytes.count / 4).map { index in
      (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[index * 4 + $1]) }
    }
  }
}

extension View {
  /// The first place of each element in the memory of its slot.
  func places(in slot: Slot) -> some Sequence<Int> {
    let width = dtype.bitWidth
    return StridedOrder(
      dimensions: dimensions, strides: strides.map { width * $0 },
      offset: 8 * slot.offset + width * offset)
  }

  /// Sets the bits of all elements, with `padding` also those that fill up the rows of bits.
  func mark(_ masks: inout [UInt32], in slot: Slot, padding: Bool) {
    var view = self
    if padding, dtype == .bits, let last = view.dimensions.indices.last {
      view.dimensions[last] = dtype.padded(view.dimensions[last])
      view.strides[last] = 1
    }
    let ones = UInt32.max >> UInt32(32 - dtype.bitWidth)
    for place in view.places(in: slot) { masks[place / 32] |= ones << UInt32(place % 32) }
  }
}
