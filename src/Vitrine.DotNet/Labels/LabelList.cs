using System.Collections;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Labels;

/// <summary>An immutable set of labels, sorted by key, each key once. Two with the same labels are equal.</summary>
public sealed class LabelList : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<LabelList>
{
    readonly KeyValuePair<string, string>[] _labels;
    readonly int _hash;

    LabelList(KeyValuePair<string, string>[] labels)
    {
        _labels = labels;
        var hash = new HashCode();
        foreach (var (key, value) in labels)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }
        _hash = hash.ToHashCode();
    }

    /// <summary>No labels.</summary>
    public static LabelList Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _labels[index];

    /// <summary>These labels and <paramref name="more"/>; the same key again replaces the value.</summary>
    internal LabelList With(ReadOnlySpan<(string Key, string Value)> more)
    {
        if (more.IsEmpty) return this;
        var all = new List<KeyValuePair<string, string>>(_labels.Length + more.Length);
        all.AddRange(_labels);
        foreach (var (key, value) in more)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            ArgumentNullException.ThrowIfNull(value);
            var at = IndexOf(all, key);
            if (at >= 0) all[at] = new(key, value);
            else all.Insert(~at, new(key, value));
        }
        return all.Count <= ProfileLabels.Limit ? new([.. all]) : throw new ArgumentException($"There are {all.Count} labels; {ProfileLabels.Limit} is the most.");
    }

    static int IndexOf(List<KeyValuePair<string, string>> sorted, string key)
    {
        // A few labels: from the front is as fast as any other way.
        for (var i = 0; i < sorted.Count; i++)
        {
            var order = string.CompareOrdinal(sorted[i].Key, key);
            if (order == 0) return i;
            if (order > 0) return ~i;
        }
        return ~sorted.Count;
    }

    /// <summary>As labels of a profile's sample.</summary>
    internal Label[] ToLabels() => Array.ConvertAll(_labels, static one => new Label(one.Key, one.Value));

    /// <inheritdoc/>
    public bool Equals(LabelList? other) =>
        ReferenceEquals(this, other) || other is not null && other._hash == _hash && _labels.AsSpan().SequenceEqual(other._labels);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelList);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _labels.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _labels.Select(static one => $"{one.Key}={one.Value}"));
}
