import TGTensor
import Testing

/// The strict JSON reader and the writer.
@Suite struct JSONTests {
  private func parse(_ text: String) throws(JSONError) -> JSON {
    try JSON(parsing: Array(text.utf8))
  }

  @Test(arguments: [
    "null", "true", "[1,-2,0.5,1e-07,\"a\\\"\\\\\\n\\u0001é🐦\"]",
    "{\"b\":1,\"a\":{},\"c\":[[],{\"x\":null}]}", "-9223372036854775808", "\"\"",
  ])
  func textReadsBackToItself(_ text: String) throws {
    let value = try parse(text)
    #expect(value.text() == text)
    #expect(try parse(value.text(indented: true)) == value)
  }

  @Test func indentedTextIsFixed() throws {
    let text = try parse("{\"a\":[1,{}],\"b\":{\"c\":\"d\"}}").text(indented: true)
    #expect(
      text == """
        {
          "a": [
            1,
            {}
          ],
          "b": {
            "c": "d"
          }
        }
        """)
  }

  @Test func numbersKeepTheirKind() throws {
    #expect(try parse("12") == .integer(12))
    #expect(try parse("12.0") == .number(12))
    #expect(try parse("1E2") == .number(100))
    #expect(try parse("18446744073709551616") == .number(18_446_744_073_709_551_616))
    #expect(JSON.number(.infinity).text() == "null")
    #expect(try parse("\"\\ud83d\\udc26\"") == .string("🐦"))
  }

  @Test(arguments: [
    ("", 0, JSONError.Fault.unexpectedEnd), ("[1", 2, .unexpectedEnd),
    ("{\"a\":1,", 7, .unexpectedEnd),
    ("[1,]", 3, .unexpected(0x5d)), ("{,}", 1, .unexpected(0x2c)), ("nul", 3, .unexpectedEnd),
    ("1 2", 2, .trailing), ("{\"a\":1,\"a\":2}", 7, .duplicateKey("a")), ("01", 1, .trailing),
    ("1.", 2, .badNumber), ("-", 1, .badNumber), ("1e999", 5, .badNumber),
    ("+1", 0, .unexpected(0x2b)),
    ("\"\\ud800\"", 7, .badString), ("\"\\x\"", 3, .badString), ("\"\t\"", 1, .badString),
    ("NaN", 0, .unexpected(0x4e)), ("\u{feff}1", 0, .unexpected(0xef)),
    ("'a'", 0, .unexpected(0x27)),
  ])
  func malformedTextIsRefusedWhereItIsWrong(
    _ text: String, _ offset: Int, _ fault: JSONError.Fault
  ) throws {
    do throws(JSONError) {
      let value = try parse(text)
      Issue.record("\(text) gave \(value)")
    } catch {
      #expect(error.fault == fault, "\(text)")
      #expect(error.offset == offset, "\(text)")
    }
  }

  @Test func badUTF8DepthAndNumberOfValuesAreLimited() {
    func fault(_ bytes: [UInt8]) -> JSONError.Fault? {
      do throws(JSONError) {
        _ = try JSON(parsing: bytes, values: 1000)
        return nil
      } catch { return error.fault }
    }
    #expect(fault([0x22, 0xff, 0x22]) == .badString)
    #expect(fault([UInt8](repeating: 0x5b, count: 100_000)) == .tooDeep(limit: 64))
    #expect(
      fault(Array(("[0" + String(repeating: ",0", count: 2000) + "]").utf8))
        == .tooMany(limit: 1000))
  }
}
