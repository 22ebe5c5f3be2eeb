using System.Globalization;
using System.Security.Cryptography;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Redaction;

namespace Vitrine.Guard;

/// <summary>
/// The right to one look. It holds a place among the looks that may run at once, ends the look when time, switch or identity end, and writes what became of it to the audit log.
/// Disposing it gives the place back; what was not completed by then is recorded as failed.
/// </summary>
public sealed class LookPermit : IDisposable
{
    // Names of looks differ between runs of the program, too.
    static readonly string s_run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    static long s_count;

    const int Open = 0, Completed = 1, Over = 2;

    readonly LookGuard _guard;
    readonly LookRequest _request;
    readonly CallerResult _finding;
    readonly LookDecision _decision;
    readonly GuardSettings _settings;
    readonly CancellationToken _gone;
    readonly long _begunAt;

    // Never disposed: it has no timer of its own and is no linked one, so that there is nothing to free, and whoever ends the look at the same time as it ends itself does no harm.
    readonly CancellationTokenSource _end = new();
    CancellationTokenRegistration _callerGone;
    ITimer? _timer;
    int _because = -1;
    int _state;

    internal LookPermit(LookGuard guard, LookRequest request, in CallerResult finding, in LookDecision decision, GuardSettings settings, CancellationToken gone)
    {
        (_guard, _request, _finding, _decision, _settings, _gone) = (guard, request, finding, decision, settings, gone);
        _begunAt = guard.Time.GetTimestamp();
        Id = string.Create(CultureInfo.InvariantCulture, $"{s_run}-{Interlocked.Increment(ref s_count)}");
        MaximumBytes = settings.Limits.MaximumBytes;
    }

    /// <summary>Who looks.</summary>
    public Caller Caller => _decision.Caller!;

    /// <summary>The name of this look in the audit log.</summary>
    public string Id { get; }

    /// <summary>Cancelled when the look must end: the caller is gone, the time is up, the instrument was switched off, the caller's token has expired. <see cref="EndedBecause"/> says which.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Why <see cref="End"/> was cancelled by the guard; null while it was not, and when the caller went away.</summary>
    public LookEnd? EndedBecause => Volatile.Read(ref _because) is >= 0 and var because ? (LookEnd)because : null;

    /// <summary>The most bytes that the answer may have; a look that has more ends with an error.</summary>
    public long MaximumBytes { get; }

    /// <summary>Whether the answer goes out as it is: the caller has the permission for that, and asked for it.</summary>
    public bool IsRaw => _request.IsRaw;

    /// <summary>Takes secrets out of the answer, by the rules that held when the look was admitted. Everything goes through it unless <see cref="IsRaw"/>.</summary>
    public Redactor Redactor => _settings.Redactor;

    internal LookSubject Subject => _request.Subject;

    /// <summary>
    /// Looks, or waits for the look that another caller has begun, where the request may be shared (<see cref="LookRequest.Sharing"/>). All sharers get the same object: it must be immutable, and not one
    /// that somebody has to dispose.
    /// </summary>
    /// <param name="look">Looks. Its token is cancelled when nobody is left who waits; it must return soon afterwards, and throw rather than give half an answer. Redaction belongs into it, so that it is done once.
    /// It begins on the first caller's thread, and must return its task at once: what blocks belongs on a thread of its own.</param>
    /// <exception cref="OperationCanceledException">This look has ended (<see cref="End"/>); that of the others goes on.</exception>
    public Task<T> Share<T>(Func<CancellationToken, Task<T>> look)
    {
        ArgumentNullException.ThrowIfNull(look);
        return _decision.Shared is { } shared ? shared.Answer(look, End) : look(End);
    }

    /// <summary>
    /// Must be called before the first byte of the answer leaves: writes the record of the look to the audit log. Null when it is written; a refusal when it cannot be, and then nothing may leave.
    /// </summary>
    /// <param name="outcome">What became of the look.</param>
    /// <param name="bytes">Bytes of the answer.</param>
    /// <param name="redactions">What was taken out of it, by rule.</param>
    /// <param name="reason">For the audit log: why it failed.</param>
    /// <exception cref="InvalidOperationException">It was completed before, or is disposed.</exception>
    public Refusal? Complete(LookOutcomeKind outcome, long bytes, IReadOnlyDictionary<string, long>? redactions = null, string? reason = null)
    {
        if (Interlocked.CompareExchange(ref _state, Completed, Open) != Open) throw new InvalidOperationException("A look is completed once, before its permit is disposed.");
        return _guard.Audit.TryWrite(Ended(outcome, bytes, redactions, reason)) ? null : RefusalWords.Of(LookDecision.No(Caller, RefusalReason.NotRecorded), _request, _settings.Limits);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var before = Interlocked.Exchange(ref _state, Over);
        if (before == Over) return;
        if (before == Open) _guard.Audit.TryWrite(Ended(_gone.IsCancellationRequested ? LookOutcomeKind.Abandoned : LookOutcomeKind.Failed, 0, null, "its permit was given back before it was completed"));
        Release();
    }

    /// <summary>Ends it without a record: it did not begin.</summary>
    internal void Withdraw()
    {
        if (Interlocked.Exchange(ref _state, Over) != Over) Release();
    }

    /// <summary>From now on it ends with the caller, with its time, and with the caller's identity.</summary>
    internal void Start()
    {
        _callerGone = _gone.UnsafeRegister(static permit => _ = ((LookPermit)permit!)._end.CancelAsync(), this);
        var time = _guard.Time;
        var due = _settings.Limits.CutOff(_request.Duration);
        var because = LookEnd.CutOff;
        if (Caller.ValidUntil is { } until && until - time.GetUtcNow() is var valid && valid < due)
        {
            due = valid > TimeSpan.Zero ? valid : TimeSpan.Zero;
            because = LookEnd.Expired;
        }
        _timer = time.CreateTimer(because == LookEnd.CutOff ? static permit => ((LookPermit)permit!).EndNow(LookEnd.CutOff) : static permit => ((LookPermit)permit!).EndNow(LookEnd.Expired),
            this, due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the look; the first reason counts.</summary>
    internal void EndNow(LookEnd because)
    {
        if (_end.IsCancellationRequested || Interlocked.CompareExchange(ref _because, (int)because, -1) != -1) return;
        // The token is cancelled when this returns; what waits for it runs on other threads.
        _ = _end.CancelAsync();
    }

    internal AuditRecord Begun() => _guard.Describe(AuditEvent.Begun, _request, _finding) with { Look = Id, IsShared = _decision.HasJoined };

    AuditRecord Ended(LookOutcomeKind outcome, long bytes, IReadOnlyDictionary<string, long>? redactions, string? reason) => _guard.Describe(AuditEvent.Ended, _request, _finding) with
    {
        Look = Id,
        IsShared = _decision.HasJoined,
        Took = _guard.Time.GetElapsedTime(_begunAt),
        Bytes = bytes,
        Redactions = redactions,
        Outcome = outcome.ToString(),
        Reason = EndedBecause is { } because ? because switch
        {
            LookEnd.CutOff => "cut off: it took longer than looks may",
            LookEnd.Expired => "the caller's token or certificate expired",
            _ => "it was switched off",
        } : reason,
    };

    void Release()
    {
        _timer?.Dispose();
        // Not the one that waits for a callback which runs now: that may be the reason why this is disposed.
        _callerGone.Unregister();
        _guard.Forget(this);
        _guard.GiveBack(_decision);
    }
}
