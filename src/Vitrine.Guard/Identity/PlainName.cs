using System.Globalization;
using System.Text;

namespace Vitrine.Guard.Identity;

/// <summary>Names that go into logs. They are refused rather than cleaned: two cleaned names could be the same one.</summary>
static class PlainName
{
    /// <summary>The longest.</summary>
    public const int MaximumLength = 256;

    /// <summary>Whether a text is a name: not empty, bounded, and nothing in it that ends a line, hides or turns the direction of writing.</summary>
    public static bool IsPlain(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaximumLength) return false;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done) return false;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) return false;
            rest = rest[length..];
        }
        return true;
    }
}
