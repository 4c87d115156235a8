internal import TGCheckpoint
package import TGTensor

/// Named tensors and a JSON value, as they are kept in a state file.
///
/// A state file is a safetensors file whose metadata have the member `tginvert`, a JSON text.
package struct StateArchive: Sendable {
  /// The tensors.
  package var tensors: [String: HostTensor] = [:]
  /// Everything else.
  package var members: JSON

  /// The member of the metadata.
  static let key = "tginvert"

  /// Makes an archive without tensors.
  package init(_ members: JSON) { self.members = members }

  /// Reads the bytes of a state file, whatever they are.
  ///
  /// - Throws: `InversionError.state`.
  package init(decoding bytes: ByteRegion) throws(InversionError) {
    do {
      guard let text = try Safetensors.metadata(of: bytes)[Self.key] else {
        throw InversionError.state("it has no member '\(Self.key)'")
      }
      let checkpoint = try Checkpoint.read(bytes, path: "state")
      members = try JSON(parsing: Array(text.utf8))
      for entry in checkpoint.entries { tensors[entry.name] = try entry.tensor() }
    } catch let error as InversionError {
      throw error
    } catch let error as CheckpointError {
      throw .state("\(error.fault)")
    } catch { throw .state("\(error)") }
  }

  /// The bytes of a state file; equal archives give equal bytes.
  package func encoded() throws(InversionError) -> [UInt8] {
    do {
      return try Safetensors.encoded(
        tensors.map { ($0.key, $0.value) }, metadata: [Self.key: members.text()])
    } catch { throw .state("\(error)") }
  }

  /// Puts a vector in; an empty one is left out.
  package mutating func put(_ vector: [Float], as name: String) {
    if !vector.isEmpty { tensors[name] = HostTensor(Shape([vector.count]), vector) }
  }

  /// A vector; empty if there is none.
  ///
  /// - Parameter counts: how many elements it may have; nil for any number.
  /// - Throws: `InversionError.state` for another number of elements.
  package func vector(_ name: String, counts: [Int]? = nil) throws(InversionError) -> [Float] {
    let elements = tensors[name]?.elements ?? []
    if let counts, !counts.contains(elements.count) {
      throw .state("'\(name)' has \(elements.count) numbers")
    }
    return elements
  }
}

extension JSON {
  /// A whole number of a member in a range.
  ///
  /// - Throws: `InversionError.state`.
  package func whole(_ name: String, in range: Range<Int>) throws(InversionError) -> Int {
    guard case .integer(let value) = self[name], range.contains(value) else {
      throw .state("'\(name)' is missing or out of range")
    }
    return value
  }

  /// A number of a member; `null` is not a number.
  ///
  /// - Throws: `InversionError.state`.
  package func double(_ name: String) throws(InversionError) -> Double {
    switch self[name] {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .null: return .nan
    default: throw .state("'\(name)' is missing or no number")
    }
  }

  /// A string of a member.
  ///
  /// - Throws: `InversionError.state`.
  package func string(_ name: String) throws(InversionError) -> String {
    guard case .string(let value) = self[name] else {
      throw .state("'\(name)' is missing or no text")
    }
    return value
  }

  /// The items of a member.
  ///
  /// - Throws: `InversionError.state`.
  package func array(_ name: String) throws(InversionError) -> [JSON] {
    guard case .array(let value) = self[name] else {
      throw .state("'\(name)' is missing or no list")
    }
    return value
  }

  /// An object of names with values, in their order.
  package static func members(_ pairs: [(String, JSON)]) -> JSON {
    .object(pairs.map { Member($0.0, $0.1) })
  }
}
