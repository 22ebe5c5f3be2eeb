using System.Globalization;

namespace Vitrine.TestTargets;

/// <summary>What the truth program says of one goroutine or object, as <c>key=value</c>.</summary>
public sealed class TruthFact
{
    readonly Dictionary<string, string> values;

    TruthFact(Dictionary<string, string> values) => this.values = values;

    /// <summary>The scenario that told it.</summary>
    public string Scenario => this["scenario"];

    /// <summary>The goroutine's id, 0 when the fact is not about a goroutine.</summary>
    public long GoroutineId => Has("goid") ? Number("goid") : 0;

    public string this[string key] =>
        values.TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"no {key} in: {this}");

    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>A number, decimal or with 0x in front.</summary>
    public long Number(string key) =>
        this[key].StartsWith("0x", StringComparison.Ordinal)
            ? long.Parse(this[key].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : long.Parse(this[key], CultureInfo.InvariantCulture);

    public override string ToString() => string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}"));

    internal static TruthFact Parse(string group)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var last = "";
        foreach (var word in group.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // A Go type such as "chan struct {}" has blanks in it: what has no '=' belongs to the value before.
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values[last = word[..equals]] = word[(equals + 1)..];
            else if (last.Length > 0) values[last] += " " + word;
        }
        return new TruthFact(values);
    }
}
