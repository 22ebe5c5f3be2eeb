using System.Collections;

namespace Vitrine.Pprof;

/// <summary>The labels of a sample in canonical order: texts by key, then numbers by key; equal keys keep the producer's order.</summary>
public readonly struct LabelSet : IReadOnlyList<Label>
{
    readonly Profile _profile;

    internal LabelSet(Profile profile, int index)
    {
        _profile = profile;
        Index = index;
    }

    /// <summary>Position in <see cref="Profile.LabelSets"/>.</summary>
    public int Index { get; }

    /// <inheritdoc/>
    public int Count => _profile.Tables.LabelSets.LengthOf(Index);

    /// <inheritdoc/>
    public Label this[int index]
    {
        get
        {
            var entry = _profile.Tables.Labels[_profile.Tables.LabelSets[Index][index]];
            var strings = _profile.Tables.Strings;
            return entry.Text != 0
                ? new Label(strings[entry.Key], strings[entry.Text])
                : new Label(strings[entry.Key], null, entry.Number, entry.Unit == 0 ? null : strings[entry.Unit]);
        }
    }

    /// <summary>The first text of this key, or null.</summary>
    public string? Text(string key)
    {
        foreach (var label in this)
            if (label.Text is not null && label.Key == key)
                return label.Text;
        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<Label> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
