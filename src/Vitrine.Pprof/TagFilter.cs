using System.Globalization;
using System.Text.RegularExpressions;

namespace Vitrine.Pprof;

/// <summary>
/// A condition on labels in the syntax of <c>go tool pprof -tagfocus</c>: <c>[key=]pattern[,pattern…]</c> for texts, <c>[key=]min:max</c> for numbers
/// (<c>4kb:</c>, <c>:100ms</c>, <c>1mb:64mb</c>, or one value).
/// <para>
/// With a key, a sample matches when any of the key's texts matches any pattern. Without, every pattern must match some <c>key:text</c>. A number matches when
/// it lies in the range after conversion between units of one kind: bytes and times need a bound with such a unit, other numbers are compared as they are.
/// </para>
/// </summary>
public sealed partial class TagFilter
{
    readonly string? _key;
    readonly Regex[] _patterns = [];
    readonly (TagQuantity? Min, TagQuantity? Max)? _range;

    TagFilter(string? key, Regex[] patterns, (TagQuantity?, TagQuantity?)? range)
    {
        _key = key;
        _patterns = patterns;
        _range = range;
    }

    /// <summary>Parses a condition; null or empty gives null.</summary>
    /// <exception cref="ArgumentException">A pattern is not valid.</exception>
    public static TagFilter? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var equals = text.IndexOf('=');
        var key = equals < 0 ? null : text[..equals];
        var value = text[(equals + 1)..];
        if (ParseRange(value) is { } range)
            return new TagFilter(key, [], range);
        return new TagFilter(key, [.. value.Split(',').Select(p => UserPattern.Compile(p) ?? new Regex("", RegexOptions.NonBacktracking, UserPattern.Timeout))], null);
    }

    static (TagQuantity?, TagQuantity?)? ParseRange(string value)
    {
        var match = RangeSyntax().Match(value);
        if (!match.Success)
            return null;
        var min = Quantity(match.Groups["min"], match.Groups["minUnit"]);
        var max = Quantity(match.Groups["max"], match.Groups["maxUnit"]);
        if (!match.Groups["colon"].Success)
            return min is null ? null : (min, min);
        return min is null && max is null ? null : (min, max);
    }

    static TagQuantity? Quantity(Group number, Group unit) =>
        number.Success && long.TryParse(number.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? new TagQuantity(value, unit.Value) : null;

    [GeneratedRegex(@"^(?:(?<min>[+-]?[0-9]+)(?<minUnit>[A-Za-z]*))?(?<colon>:)?(?:(?<max>[+-]?[0-9]+)(?<maxUnit>[A-Za-z]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex RangeSyntax();

    /// <summary>Whether a sample with these labels satisfies the condition.</summary>
    public bool Matches(LabelSet labels)
    {
        if (_range is { } range)
        {
            foreach (var label in labels)
                if (label.IsNumeric && (_key is null || label.Key == _key) && InRange(new TagQuantity(label.Number, UnitOf(label)), range))
                    return true;
            return false;
        }
        return _key is null ? _patterns.All(p => AnyText(labels, p)) : _patterns.Any(p => AnyText(labels, p));
    }

    // A label without a unit has its key for one, and two keys that old profiles of tcmalloc use mean bytes: pprof's NumLabelUnits.
    static string UnitOf(Label label) => label.Unit ?? (label.Key is "request" or "alignment" ? "bytes" : label.Key);

    bool AnyText(LabelSet labels, Regex pattern)
    {
        foreach (var label in labels)
            if (label.Text is not null && (_key is null ? pattern.IsMatch($"{label.Key}:{label.Text}") : label.Key == _key && pattern.IsMatch(label.Text)))
                return true;
        return false;
    }

    static bool InRange(TagQuantity value, (TagQuantity? Min, TagQuantity? Max) range) =>
        (range.Min is not { } min || min.CompareWith(value) is <= 0) && (range.Max is not { } max || max.CompareWith(value) is >= 0);
}
