using System.Globalization;
using Vitrine.DotNet.Events;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Contention;

/// <summary>Writes summed waits for locks into a profile.</summary>
static class ContentionWriter
{
    /// <summary>Adds a sample for each row.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="sums">The sums.</param>
    /// <param name="withOwners">Whether the owner's thread is a label: then the same place is as many samples as there were owners.</param>
    public static void Write(EventProfile profile, ContentionSums sums, bool withOwners)
    {
        List<Label> labels = [];
        foreach (var row in sums.Rows)
        {
            labels.Clear();
            if (row.Key.Lock != 0) labels.Add(new("lock", string.Create(CultureInfo.InvariantCulture, $"0x{row.Key.Lock:x}")));
            if (withOwners && row.Key.Owner is > 0 and <= long.MaxValue) labels.Add(new("owner_thread", null, (long)row.Key.Owner));
            if (row.Key.OwnerStack >= 0 && profile.Place(sums.Stacks[row.Key.OwnerStack]) is { Length: > 0 } place) labels.Add(new("owner_last_waited_in", place));
            if (row.Key.IsUnfinished) labels.Add(new("wait", "unfinished"));
            labels.AddRange(sums.Works[row.Key.Work]);
            profile.Add(row.Key.Stack >= 0 ? sums.Stacks[row.Key.Stack] : [], [row.Count, (long)Math.Min(Math.Round(row.Amount), long.MaxValue / 2)], labels.ToArray());
        }
    }

    /// <summary>What the reader has to know of the sums.</summary>
    public static IEnumerable<string> Notes(ContentionSums sums)
    {
        if (sums.Unpaired > 0) yield return $"{sums.Unpaired} waits began before the recording, or an event of theirs was lost; they are not in it.";
        if (sums.Dropped > 0) yield return $"{sums.Dropped} waits are without their stack or not in the profile: there are too many different ones.";
        foreach (var note in sums.WorkNotes) yield return note;
    }
}
