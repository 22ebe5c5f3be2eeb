using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Changes the labels of a profile's samples. Each different label set is looked at once. Samples that become equal stay apart until they are merged.</summary>
public static class Labels
{
    /// <summary>Keeps the labels for which <paramref name="keep"/> holds.</summary>
    public static Profile Keep(Profile profile, Func<Label, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        return Change(profile, (label, result) =>
        {
            if (keep(label))
                result.Add(label);
        });
    }

    /// <summary>Drops all labels with one of these keys.</summary>
    public static Profile Drop(Profile profile, params IReadOnlyList<string> keys) => Keep(profile, label => !keys.Contains(label.Key));

    /// <summary>Gives the labels of one key another key.</summary>
    public static Profile Rename(Profile profile, string key, string newKey) => Change(profile, (label, result) => result.Add(label.Key == key ? label with { Key = newKey } : label));

    /// <summary>Gives every sample a label, in place of those it had with the same key.</summary>
    public static Profile Set(Profile profile, Label label)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var key = label.Key;
        return Change(profile, (old, result) =>
        {
            if (old.Key != key || old.IsNumeric != label.IsNumeric)
                result.Add(old);
        }, label);
    }

    static Profile Change(Profile profile, Action<Label, List<Label>> change, Label? added = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var old = profile.Tables;
        var strings = new StringAppender(old.Strings);
        var labels = new LabelInterner();
        var map = new int[old.LabelSets.Count];
        var changed = new List<Label>();
        for (var i = 0; i < map.Length; i++)
        {
            changed.Clear();
            foreach (var label in profile.LabelSets[i])
                change(label, changed);
            if (added is { } last)
                changed.Add(last);
            LabelEntry[] entries = [.. changed.Select(l => Entry(l, strings))];
            map[i] = labels.Set(entries, strings.Strings);
        }
        var sampleSets = new RowStore<int>(1, old.SampleLabelSets.Count);
        for (var i = 0; i < old.SampleLabelSets.Count; i++)
            sampleSets.Add(map[old.SampleLabelSets[i]]);
        return new Profile(profile.Header, old with { Strings = strings.Strings, Labels = labels.Labels, LabelSets = labels.Sets, SampleLabelSets = sampleSets });
    }

    static LabelEntry Entry(Label label, StringAppender strings) => string.IsNullOrEmpty(label.Text)
        ? new LabelEntry(strings.Add(label.Key), 0, strings.Add(label.Unit), label.Number)
        : new LabelEntry(strings.Add(label.Key), strings.Add(label.Text), 0, 0);
}
