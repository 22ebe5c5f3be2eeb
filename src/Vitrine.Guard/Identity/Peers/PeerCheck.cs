using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Peers;

/// <summary>Users of this machine at a Unix socket, and their roles.</summary>
sealed partial class PeerCheck
{
    const int MostKept = 4096;

    // The number that the kernel shows for every user whom it cannot name here, such as one of another user namespace (/proc/sys/kernel/overflowuid).
    const uint Nobody = 65534;

    readonly PolicyTable _policy;
    readonly FrozenDictionary<uint, string[]> _users;
    readonly FrozenDictionary<uint, string[]> _groups;
    readonly ConcurrentDictionary<(uint User, uint Group), Caller> _callers = new();

    PeerCheck(PolicyTable policy, FrozenDictionary<uint, string[]> users, FrozenDictionary<uint, string[]> groups)
    {
        _policy = policy;
        _users = users;
        _groups = groups;
    }

    /// <summary>The check that the settings describe.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="policy">The roles.</param>
    /// <param name="ownUser">The user of this process; null where there are no Unix users.</param>
    /// <param name="problems">What is wrong is added here.</param>
    public static PeerCheck Read(UnixPeerOptions options, PolicyTable policy, uint? ownUser, ICollection<string> problems)
    {
        var users = ReadNames(options.Users, "Identity:UnixPeers:Users", "/etc/passwd", policy, problems);
        var groups = ReadNames(options.Groups, "Identity:UnixPeers:Groups", "/etc/group", policy, problems);
        if (options.Owner)
        {
            Add(users, 0, [ShippedRoles.Owner]);

            // Nobody's number says too little to own anything; it can be named among the users.
            if (ownUser is { } own and not Nobody) Add(users, own, [ShippedRoles.Owner]);
        }
        return new(policy, users.ToFrozenDictionary(), groups.ToFrozenDictionary());
    }

    /// <summary>The caller; one that nothing is said about may do nothing. The same instance for the same user and group. Allocates nothing from the second time on.</summary>
    public Caller Resolve(PeerCredentials peer)
    {
        if (_callers.TryGetValue((peer.UserId, peer.GroupId), out var known)) return known;
        string[] roles = [.. _users.GetValueOrDefault(peer.UserId, []).Union(_groups.GetValueOrDefault(peer.GroupId, []), StringComparer.Ordinal)];
        var caller = new Caller { Name = string.Create(CultureInfo.InvariantCulture, $"uid:{peer.UserId}"), Kind = CallerKind.UnixPeer, Roles = roles, Permissions = _policy.Sum(roles) };
        return _callers.Count < MostKept ? _callers.GetOrAdd((peer.UserId, peer.GroupId), caller) : caller;
    }

    /// <summary>The user as whom this process acts; null where there are no Unix users.</summary>
    public static uint? OwnUser() => OperatingSystem.IsWindows() ? null : GetEffectiveUser();

    static Dictionary<uint, string[]> ReadNames(IList<UnixNameOptions> options, string key, string file, PolicyTable policy, ICollection<string> problems)
    {
        var names = new SystemNames(file);
        var roles = new Dictionary<uint, string[]>();
        for (var i = 0; i < options.Count; i++)
        {
            var own = RoleLists.Read(options[i].Roles, $"{key}:{i}:Roles", policy, problems);
            if (names.Find(options[i].Name ?? "") is { } number) Add(roles, number, own);
            else problems.Add($"{key}:{i}:Name: neither a number nor a name in {file}; give the number (id -u NAME, getent group NAME).");
        }
        return roles;
    }

    static void Add(Dictionary<uint, string[]> all, uint number, string[] roles) =>
        all[number] = all.TryGetValue(number, out var before) ? [.. before.Union(roles, StringComparer.Ordinal)] : roles;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
