namespace Vitrine.Guard.Identity.Addresses;

/// <summary>From where somebody looks, and whether looks are allowed from there.</summary>
sealed class AddressCheck
{
    readonly CidrList _allowed;
    readonly CidrList _proxies;

    AddressCheck(CidrList allowed, CidrList proxies) => (_allowed, _proxies) = (allowed, proxies);

    /// <summary>The check that the settings describe.</summary>
    public static AddressCheck Read(AddressOptions options, ICollection<string> problems) =>
        new(CidrList.Read(options.Allow, "Identity:Addresses:Allow", problems), CidrList.Read(options.TrustedProxies, "Identity:Addresses:TrustedProxies", problems));

    /// <summary>The address, and why it is refused; null when it is not. Allocates nothing where nothing was forwarded by a listed proxy.</summary>
    public string? Check(Credentials credentials, out ClientAddress address)
    {
        address = default;
        // A program of this machine; but a proxy at a Unix socket brings callers from anywhere.
        if (credentials is { Peer: not null, IsForwarded: false }) return null;
        if (credentials.Address is null) return _allowed.IsEmpty ? null : "the connection has no address, and only some addresses are allowed";
        var connection = NetworkAddress.From(credentials.Address);
        address = new() { Connection = connection };
        if (_proxies.Contains(connection))
        {
            if (ReadForwarded(credentials, out var client, out var isForwarded) is { } problem) return problem;
            if (isForwarded) address = new() { Connection = connection, Forwarded = client };
        }
        return _allowed.IsEmpty || _allowed.Contains(address.Client!.Value) ? null : "the address is not among those that are allowed";
    }

    string? ReadForwarded(Credentials credentials, out NetworkAddress client, out bool isForwarded)
    {
        client = default;
        var (ours, theirs) = (credentials.ForwardedFor, credentials.Forwarded);
        isForwarded = ours.Count > 0 || theirs.Count > 0;
        // Its own word, such as a health check; but what it forwards for nobody knows whom is not its own word.
        if (!isForwarded) return credentials.OtherForwardingHeader is null ? null : "a listed proxy forwarded the request and does not say for whom";
        if (ForwardedLimits.AreBroken(ours) || ForwardedLimits.AreBroken(theirs)) return "the proxies' headers are longer than is read";
        if (ours.Count > 0 && ForwardedForHeader.Read(ours, _proxies, out client) is { } problem) return problem;
        if (theirs.Count == 0) return null;
        if (ForwardedHeader.Read(theirs, _proxies, out var other) is { } otherProblem) return otherProblem;
        // A proxy adds to one of them and passes on the other as the caller wrote it: which one cannot be known.
        if (ours.Count > 0 && other != client) return "X-Forwarded-For and Forwarded do not agree";
        client = other;
        return null;
    }
}
