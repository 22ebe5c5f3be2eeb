using System.Runtime.InteropServices;
using Vitrine.Go.Goroutines;

namespace Vitrine.Go.OffCpu;

/// <summary>
/// Adds up dumps of one target: how long goroutines waited at which place. Each dump numbers its stacks and labels afresh; here they have one numbering.
/// Not thread-safe.
/// </summary>
sealed class WaitPlaces(OffCpuOptions options)
{
    readonly StackInterner _stacks = new();
    readonly List<string> _reasons = [""];
    readonly Dictionary<string, int> _reasonNumbers = new(StringComparer.Ordinal) { [""] = 0 };
    readonly List<IReadOnlyList<GoroutineLabel>> _labels = [[]];
    readonly Dictionary<string, int> _labelNumbers = new(StringComparer.Ordinal) { [""] = 0 };
    readonly Dictionary<WaitPlace, WaitEstimate> _places = [];
    readonly Dictionary<int, WaitEstimate> _byReason = [];
    readonly Dictionary<WaitPlace, long> _seen = [];
    readonly Dictionary<int, long> _seenByReason = [];

    /// <summary>How many dumps were added.</summary>
    public int Looks { get; private set; }

    /// <summary>All waiting together.</summary>
    public WaitEstimate Total { get; } = new();

    /// <summary>The places with their times.</summary>
    public IReadOnlyDictionary<WaitPlace, WaitEstimate> All => _places;

    /// <summary>Goroutines that changed while they were read, summed over the looks: counted with their reason, without a stack.</summary>
    public long Torn { get; private set; }

    /// <summary>Goroutines on a processor, summed over the looks: they do not wait and are not counted.</summary>
    public long Running { get; private set; }

    /// <summary>Observations at places beyond the limit.</summary>
    public long AtOtherPlaces { get; private set; }

    /// <summary>Times by reason, the longest first.</summary>
    public IEnumerable<(string Reason, WaitEstimate Estimate)> ByReason() =>
        _byReason.Select(pair => (_reasons[pair.Key], pair.Value)).OrderByDescending(pair => pair.Value.Nanoseconds);

    public ReadOnlySpan<ulong> Pcs(WaitPlace place) => _stacks.Pcs(place.Stack);

    public string Reason(WaitPlace place) => _reasons[place.Reason];

    public IReadOnlyList<GoroutineLabel> Labels(WaitPlace place) => _labels[place.Labels];

    /// <summary>Adds one dump.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="weight">Nanoseconds that it stands for.</param>
    public void Add(GoroutineDump dump, double weight)
    {
        // 1. Who waits where, in this dump.
        _seen.Clear();
        _seenByReason.Clear();
        long all = 0;
        int[] stackNumbers = new int[dump.Stacks.Count];
        int[] labelNumbers = new int[dump.Tables.Labels.Count];
        for (int i = 0; i < dump.Count; i++)
        {
            ref readonly GoroutineRecord row = ref dump.Row(i);
            if (ReasonOf(dump, row) is not { } reason)
                continue;
            int reasonNumber = NumberOf(reason);
            WaitPlace place = PlaceOf(dump, row, reasonNumber, stackNumbers, labelNumbers);
            if (_places.Count + _seen.Count >= options.MaxPlaces && !_places.ContainsKey(place) && !_seen.ContainsKey(place))
            {
                place = WaitPlace.Other;
                AtOtherPlaces++;
            }
            CollectionsMarshal.GetValueRefOrAddDefault(_seen, place, out _)++;
            CollectionsMarshal.GetValueRefOrAddDefault(_seenByReason, reasonNumber, out _)++;
            all++;
        }

        // 2. Into the sums.
        foreach ((WaitPlace place, long goroutines) in _seen)
            Of(_places, place).Add(Looks, goroutines, weight);
        foreach ((int reason, long goroutines) in _seenByReason)
            Of(_byReason, reason).Add(Looks, goroutines, weight);
        Total.Add(Looks, all, weight);
        Torn += dump.Consistency.Torn;
        Running += dump.Consistency.Running;
        Looks++;
    }

    /// <summary>Why the goroutine is not on a processor; null when it is, or is not alive.</summary>
    static string? ReasonOf(GoroutineDump dump, in GoroutineRecord row) => row.State switch
    {
        GoroutineState.Waiting or GoroutineState.Leaked => dump.WaitReasonText(row) is { Length: > 0 } reason ? reason : "waiting",
        GoroutineState.Syscall => "syscall",
        GoroutineState.Runnable => "runnable",
        GoroutineState.Preempted => "preempted",
        _ => null,
    };

    WaitPlace PlaceOf(GoroutineDump dump, in GoroutineRecord row, int reason, int[] stackNumbers, int[] labelNumbers)
    {
        int stack = row.StackId;
        if (stack >= 0)
        {
            // 0 stands for "not converted yet".
            if (stackNumbers[stack] == 0)
                stackNumbers[stack] = _stacks.Intern(dump.Stacks.Pcs(stack), StackEnd.Complete) + 1;
            stack = stackNumbers[stack] - 1;
        }
        int labels = row.LabelSetId < 0 ? 0 : labelNumbers[row.LabelSetId];
        if (labels == 0 && row.LabelSetId >= 0)
            labels = labelNumbers[row.LabelSetId] = NumberOf(dump.Labels(row));
        return new WaitPlace(stack, stack < 0 ? row.StackStatus : StackStatus.Complete, reason, labels, options.WithGoroutineIds ? row.Id : 0);
    }

    int NumberOf(string reason)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_reasonNumbers, reason, out bool known);
        if (!known)
        {
            number = _reasons.Count;
            _reasons.Add(reason);
        }
        return number;
    }

    int NumberOf(IReadOnlyList<GoroutineLabel> labels)
    {
        string text = string.Join('\u0001', labels.Select(label => $"{label.Key}\u0002{label.Value}"));
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_labelNumbers, text, out bool known);
        if (!known)
        {
            number = _labels.Count;
            _labels.Add(labels);
        }
        return number;
    }

    static WaitEstimate Of<TKey>(Dictionary<TKey, WaitEstimate> estimates, TKey key)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(estimates, key, out _) ??= new WaitEstimate();
}
