package import TGPlan

/// The value of an attribute, as IR text can write it.
package enum AttributeValue: Hashable, Sendable {
  /// A whole number.
  case int(Int)
  /// A list of whole numbers.
  case ints([Int])
  /// A number.
  case float(Double)
  /// A list of numbers.
  case floats([Double])
  /// A text.
  case string(String)
  /// True or false.
  case bool(Bool)
  /// An elementwise program.
  case program(PointwiseProgram)
}

/// A named attribute of an op.
package struct Attribute: Hashable, Sendable {
  /// The name.
  package var name: String
  /// The value.
  package var value: AttributeValue

  /// Makes an attribute.
  package init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

/// IR text whose attributes do not make the op they are written at.
package struct AttributeError: Error, Hashable, Sendable {
  /// What is wrong.
  package var message: String

  /// Makes an error.
  package init(_ message: String) { self.message = message }
}

/// Reads the attributes of one op by name.
package struct AttributeReader: Sendable {
  private let values: [Attribute]

  /// Makes a reader over printed attributes.
  package init(_ values: [Attribute]) { self.values = values }

  private func value(_ name: String) throws(AttributeError) -> AttributeValue {
    guard let found = values.first(where: { $0.name == name }) else {
      throw AttributeError("no attribute `\(name)`")
    }
    return found.value
  }

  /// The whole number of that name.
  package func int(_ name: String) throws(AttributeError) -> Int {
    guard case .int(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not a whole number")
    }
    return result
  }

  /// The list of whole numbers of that name.
  package func ints(_ name: String) throws(AttributeError) -> [Int] {
    guard case .ints(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not a list of whole numbers")
    }
    return result
  }

  /// The number of that name.
  package func float(_ name: String) throws(AttributeError) -> Double {
    guard case .float(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not a number")
    }
    return result
  }

  /// The list of numbers of that name.
  package func floats(_ name: String) throws(AttributeError) -> [Double] {
    guard case .floats(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not a list of numbers")
    }
    return result
  }

  /// Whether there is an attribute of that name.
  package func has(_ name: String) -> Bool { values.contains { $0.name == name } }

  /// The text of that name.
  package func string(_ name: String) throws(AttributeError) -> String {
    guard case .string(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not a text")
    }
    return result
  }

  /// The truth value of that name.
  package func bool(_ name: String) throws(AttributeError) -> Bool {
    guard case .bool(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not true or false")
    }
    return result
  }

  /// The program of that name.
  package func program(_ name: String) throws(AttributeError) -> PointwiseProgram {
    guard case .program(let result) = try value(name) else {
      throw AttributeError("`\(name)` is not an elementwise program")
    }
    return result
  }
}
