using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>The tags of a measurement: a set, whatever order they were given in. Compared with the tags of a call without allocating.</summary>
sealed class TagKey
{
    // Labels that the page adds: of buckets, of the meter, of what is beyond the limit. Twice in one series they would spoil the page.
    static readonly HashSet<string> s_reserved = ["le", "quantile", "otel_scope_name", "otel_scope_version", "otel_metric_overflow"];

    readonly KeyValuePair<string, object?>[] _tags;
    readonly Scope _scope;

    readonly bool _isReserved;

    /// <param name="tags">The tags.</param>
    /// <param name="scope">Whose they are.</param>
    /// <param name="isReserved">Whether they are this page's own and may have a reserved name.</param>
    public TagKey(ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope, bool isReserved = false) => (_tags, _scope, _isReserved) = (tags.ToArray(), scope, isReserved);

    /// <summary>Whether they come from this meter.</summary>
    public bool IsOf(Scope scope) => ReferenceEquals(scope, _scope);

    /// <summary>A hash that does not depend on the order.</summary>
    public static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        var hash = RuntimeHelpers.GetHashCode(scope);
        foreach (var (key, value) in tags)
            hash += HashCode.Combine(string.GetHashCode(key), value is string text ? string.GetHashCode(text) : value?.GetHashCode() ?? 0);
        return hash;
    }

    public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        if (tags.Length != _tags.Length || !ReferenceEquals(scope, _scope)) return false;
        for (var i = 0; i < tags.Length; i++)
        {
            // Nearly always in the same order.
            if (!Equal(_tags[i], tags[i]) && !Contains(tags[i])) return false;
        }
        return true;
    }

    bool Contains(KeyValuePair<string, object?> tag)
    {
        foreach (var one in _tags)
        {
            if (Equal(one, tag)) return true;
        }
        return false;
    }

    static bool Equal(KeyValuePair<string, object?> one, KeyValuePair<string, object?> other) => one.Key == other.Key && Equals(one.Value, other.Value);

    /// <summary>As labels, the meter's first, then sorted by name; without braces.</summary>
    public string ToLabels()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in _tags)
        {
            // Two names that differ only in what Prometheus does not know are one, with both values, as the specification has it.
            var name = MetricName.Label(key);
            // As Prometheus names what a target says that it wants to say itself.
            if (!_isReserved && s_reserved.Contains(name)) name = "exported_" + name;
            var text = Convert.ToString(value is bool yes ? yes ? "true" : "false" : value, CultureInfo.InvariantCulture) ?? "";
            labels[name] = labels.TryGetValue(name, out var before) ? $"{before};{text}" : text;
        }
        return string.Join(',', _scope.Labels.Concat(labels).Select(static one => $"{one.Key}=\"{Escaped(one.Value)}\""));
    }

    public static string Escaped(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', '"', '\n') < 0) return value;
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
            text.Append(c switch { '\\' => @"\\", '"' => "\\\"", '\n' => @"\n", _ => c.ToString() });
        return text.ToString();
    }
}
