using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>What a flight recorder did.</summary>
/// <param name="Recordings">The recordings, oldest first.</param>
/// <param name="Kept">What it held at the end.</param>
/// <param name="Suppressed">Triggers that fired during the cooldown or after the last recording, by name.</param>
/// <param name="Reports">What the probes of each source cost and lost.</param>
/// <param name="Readings">What the sources that only read cost.</param>
/// <param name="Watched">How long it recorded.</param>
/// <param name="Alive">False when the target ended.</param>
sealed record WatchResult(
    IReadOnlyList<Recording> Recordings,
    EventSnapshot Kept,
    IReadOnlyDictionary<string, int> Suppressed,
    IReadOnlyList<KeyValuePair<string, ProbeReport>> Reports,
    IReadOnlyList<KeyValuePair<string, ReadingBill>> Readings,
    TimeSpan Watched,
    bool Alive);
