namespace Vitrine.Guard.Identity.Addresses;

/// <summary>Networks, looked through in order.</summary>
sealed class CidrList
{
    readonly Cidr[] _networks;

    CidrList(Cidr[] networks) => _networks = networks;

    /// <summary>No network.</summary>
    public static CidrList None { get; } = new([]);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _networks.Length == 0;

    /// <summary>Whether the address is in one of them. Allocates nothing.</summary>
    public bool Contains(NetworkAddress address)
    {
        foreach (ref readonly var network in _networks.AsSpan())
        {
            if (network.Contains(address)) return true;
        }
        return false;
    }

    /// <summary>Reads the list at <paramref name="key"/> of the settings.</summary>
    public static CidrList Read(IList<string> texts, string key, ICollection<string> problems)
    {
        const int Most = 4096;
        if (texts.Count > Most)
        {
            problems.Add($"{key}: at most {Most} networks; join neighbours.");
            return None;
        }
        var networks = new List<Cidr>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (Cidr.TryParse(texts[i], out var network) is { } problem) problems.Add($"{key}:{i}: not a network: {problem}.");
            else networks.Add(network);
        }
        return new([.. networks]);
    }
}
