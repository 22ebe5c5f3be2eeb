using Vitrine.Guard;

namespace Vitrine.Doors.Looks;

/// <summary>Where every door brings what it is asked: guard, look, redaction, record, in this order, once for all doors.</summary>
public sealed class LookDesk(LookGuard guard, IReadOnlyList<IShownService> services)
{
    /// <summary>Answers a look. Never throws for what a caller can bring about.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    public Task<LookAnswer> Take(LookCall call, CancellationToken gone)
    {
        _ = guard;
        _ = services;
        return Task.FromResult(new LookAnswer { Status = LookStatus.NotAvailable, Message = "The desk is not open yet." });
    }
}
