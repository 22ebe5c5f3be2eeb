using Vitrine.DotNet.Events;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Contention;

/// <summary>What a <see cref="ContentionTally"/> has at one moment.</summary>
/// <param name="Rows">Counts and nanoseconds by key.</param>
/// <param name="Stacks">The stacks that the keys name.</param>
/// <param name="Works">The labels of the works that the keys name.</param>
/// <param name="WorkNotes">What is to be said of these.</param>
/// <param name="Samples">Waits that the sums are made of.</param>
/// <param name="Seen">Waits that the runtime reported.</param>
/// <param name="Unpaired">Starts without an end and ends without a start: waits that began before the recording, or of which an event was lost.</param>
/// <param name="Dropped">Waits that are without their stack, or not in the sums, because there were too many different ones.</param>
/// <param name="Lost">Events that the runtime dropped because its buffer was full.</param>
sealed record ContentionSums(List<TallyRow<ContentionKey>> Rows, ulong[][] Stacks, Label[][] Works, IReadOnlyList<string> WorkNotes, long Samples, long Seen, long Unpaired, long Dropped, long Lost);
