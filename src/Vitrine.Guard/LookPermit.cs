using Vitrine.Guard.Identity;

namespace Vitrine.Guard;

/// <summary>
/// The right to one look. It holds a place among the looks that may run at once, ends the look when time, switch or identity end, and writes what became of it to the audit log.
/// Disposing it gives the place back; what was not completed by then is recorded as failed.
/// </summary>
public sealed class LookPermit : IDisposable
{
    readonly CancellationTokenSource _end;

    internal LookPermit(Caller caller, CancellationToken gone)
    {
        Caller = caller;
        _end = CancellationTokenSource.CreateLinkedTokenSource(gone);
    }

    /// <summary>Who looks.</summary>
    public Caller Caller { get; }

    /// <summary>Cancelled when the look must end: the caller is gone, the time is up, the instrument was switched off, the caller's token has expired. <see cref="EndedBecause"/> says which.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Why <see cref="End"/> was cancelled by the guard; null while it was not, and when the caller went away.</summary>
    public LookEnd? EndedBecause { get; internal set; }

    /// <summary>The most bytes that the answer may have; a look that has more ends with an error.</summary>
    public long MaximumBytes { get; init; } = 64 << 20;

    /// <summary>Whether the answer goes out as it is: the caller has the permission for that, and asked for it.</summary>
    public bool IsRaw { get; init; }

    /// <summary>
    /// Must be called before the first byte of the answer leaves: writes the record of the look to the audit log. Null when it is written; a refusal when it cannot be, and then nothing may leave.
    /// </summary>
    /// <param name="outcome">What became of the look.</param>
    /// <param name="bytes">Bytes of the answer.</param>
    /// <param name="redactions">What was taken out of it, by rule.</param>
    public Refusal? Complete(LookOutcomeKind outcome, long bytes, IReadOnlyDictionary<string, long>? redactions = null) => null;

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();
}
