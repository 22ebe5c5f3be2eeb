using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.Guard.Identity.Addresses;
using Vitrine.Guard.Identity.Certificates;
using Vitrine.Guard.Identity.Peers;
using Vitrine.Guard.Identity.Tokens;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity;

/// <summary>
/// Says who somebody is, from what a door saw. The order: the address (for everybody), then the first kind of credentials that is there and configured: token, certificate, Unix peer, local program.
/// Credentials that are there and do not hold are refused; nothing weaker is tried in their place.
/// </summary>
public sealed class CallerResolver : IDisposable
{
    // One answer for everything that is wrong with credentials: which check failed is for the audit log only.
    static readonly Refusal s_unauthenticated = new(RefusalKind.Unauthenticated, "Vitrine does not know who asks: valid credentials are needed.");
    static readonly Refusal s_address = new(RefusalKind.Forbidden, "Vitrine does not answer this address.");
    static readonly Refusal s_otherSite = new(RefusalKind.Forbidden, "Vitrine does not answer pages of other sites.");

    readonly AddressCheck _addresses;
    readonly TokenCheck? _tokens;
    readonly CertificateCheck? _certificates;
    readonly PeerCheck _peers;
    readonly LocalCheck? _local;
    readonly Caller _owner;

    CallerResolver(AddressCheck addresses, TokenCheck? tokens, CertificateCheck? certificates, PeerCheck peers, LocalCheck? local, Caller owner)
    {
        _addresses = addresses;
        _tokens = tokens;
        _certificates = certificates;
        _peers = peers;
        _local = local;
        _owner = owner;
    }

    /// <summary>Reads the settings, and every file that they name.</summary>
    /// <param name="options">Who may look.</param>
    /// <param name="policy">What which role may do.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it is said that keys could not be had.</param>
    /// <param name="before">The one that this one replaces, when it is not disposed of yet: the keys that it has from the same provider go on. Null = none.</param>
    /// <exception cref="GuardOptionsException">Something is wrong; every sentence names its key.</exception>
    public static CallerResolver Create(IdentityOptions options, PolicyOptions policy, TimeProvider? time = null, ILogger? log = null, CallerResolver? before = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        time ??= TimeProvider.System;
        log ??= NullLogger.Instance;
        var problems = new List<string>();
        var table = PolicyTable.Read(policy, problems);
        options.Check(problems);
        GuardOptionsException.ThrowIfAny(problems);

        var addresses = AddressCheck.Read(options.Addresses, problems);
        var peers = PeerCheck.Read(options.UnixPeers, table, PeerCheck.OwnUser(), problems);
        var tokens = options.Jwt is { } jwt ? TokenCheck.Read(jwt, options, table, time, log, before?._tokens, problems) : null;
        var certificates = options.Certificates is { } certificate ? CertificateCheck.Read(certificate, options, table, time, problems) : null;
        if (problems.Count > 0)
        {
            tokens?.Dispose();
            throw new GuardOptionsException(problems);
        }
        string[] roles = [ShippedRoles.Owner];
        var owner = new Caller { Name = "local", Kind = CallerKind.Local, Roles = roles, Permissions = table.Sum(roles) };
        return new(addresses, tokens, certificates, peers, options.IsLocalAllowed ? new LocalCheck(options.Local) : null, owner);
    }

    /// <summary>Who it is. Throws nothing, whatever the credentials are. Completes at once, and allocates nothing, for whom it knows from before.</summary>
    /// <param name="credentials">What a door saw.</param>
    /// <param name="cancellation">The caller is gone: the answer is then a refusal that nobody reads.</param>
    public ValueTask<CallerResult> Resolve(Credentials credentials, CancellationToken cancellation) => Resolve(credentials, null, cancellation);

    /// <summary>The same, with a bound on what strangers may cost.</summary>
    /// <param name="credentials">What a door saw.</param>
    /// <param name="allowance">How many checks that fail an address may cause; null = any number.</param>
    /// <param name="cancellation">The caller is gone.</param>
    internal ValueTask<CallerResult> Resolve(Credentials credentials, ICheckAllowance? allowance, CancellationToken cancellation)
    {
        var address = default(ClientAddress);
        try
        {
            if (credentials is null) return new(Unauthenticated("the door gave no credentials", address));
            if (_addresses.Check(credentials, out address) is { } reason) return new(new CallerResult(s_address, reason, address));
            if (_tokens is { } tokens && credentials.Authorization.Count > 0) return ResolveToken(tokens, credentials, address, allowance, cancellation);

            // What follows goes with every request of a browser, also with one that another site's page makes; a token does not.
            if (credentials.IsFromAnotherSite) return new(new CallerResult(s_otherSite, "a page of another site asks", address));
            if (_certificates is { } certificates && credentials.Certificate is { } certificate) return new(Answer(certificates.Resolve(certificate, address.Client, allowance), address));

            // Who forwards for others is not who asks.
            if (credentials is { Peer: { } peer, IsForwarded: false }) return new(new CallerResult(_peers.Resolve(peer), address));
            if (_local is null) return new(Unauthenticated("no credentials", address));
            return new(_local.Check(credentials, address) is { } refusal ? new CallerResult(refusal, refusal.Message, address) : new CallerResult(_owner, address));
        }
        catch (Exception e)
        {
            return new(Unexpected(e, address));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tokens?.Dispose();

    static ValueTask<CallerResult> ResolveToken(TokenCheck tokens, Credentials credentials, ClientAddress address, ICheckAllowance? allowance, CancellationToken cancellation) =>
        tokens.TryFind(credentials, out var known) ? new(new CallerResult(known, address)) : CheckToken(tokens, credentials, address, allowance, cancellation);

    static async ValueTask<CallerResult> CheckToken(TokenCheck tokens, Credentials credentials, ClientAddress address, ICheckAllowance? allowance, CancellationToken cancellation)
    {
        try
        {
            return Answer(await tokens.Check(credentials, address.Client, allowance, cancellation).ConfigureAwait(false), address);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new CallerResult(new Refusal(RefusalKind.Unavailable, "The caller is gone."), "the caller went away while its token was checked", address);
        }
        catch (Exception e)
        {
            return Unexpected(e, address);
        }
    }

    static CallerResult Answer(CheckedCaller answer, ClientAddress address) => answer switch
    {
        { Caller: { } caller } => new(caller, address),
        { NotCheckedFor: { } later } => new(new Refusal(RefusalKind.TooMany, "Too many attempts without valid credentials.", later), answer.Reason!, address) { NotCheckedFor = later },
        { RetryAfter: { } later } => new(new Refusal(RefusalKind.Unavailable, "Vitrine cannot check credentials at the moment.", later), answer.Reason!, address),
        _ => Unauthenticated(answer.Reason!, address),
    };

    static CallerResult Unauthenticated(string reason, ClientAddress address) => new(s_unauthenticated, reason, address);

    // A fault of this program, or of a library below it, lets nobody in. Its message may quote what the caller sent; its type does not.
    static CallerResult Unexpected(Exception e, ClientAddress address) => Unauthenticated($"the check ended with {e.GetType().Name}", address);
}
