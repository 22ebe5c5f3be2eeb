using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Certificates;

/// <summary>
/// Certificates of mutual TLS. TLS has made sure that the caller has the private key; here it is checked that a configured authority issued the certificate, for clients, and that its time is now. Intermediate
/// certificates come from the settings, not from the caller and not from the network.
/// </summary>
sealed class CertificateCheck
{
    const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    const X509ChainStatusFlags Unknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    // MD5 and SHA-1 with RSA, SHA-1 with ECDSA and DSA: collisions make a certificate that its authority never saw.
    static readonly string[] s_broken = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.840.10040.4.3"];

    readonly X509Certificate2[] _roots;
    readonly X509Certificate2[] _intermediates;
    readonly CertificateRule[] _rules;
    readonly PolicyTable _policy;
    readonly bool _checkRevocation;
    readonly CallerCache _cache;
    readonly TimeSpan _known;
    readonly TimeProvider _time;

    // The authorities are not disposed of when other settings come into force: a request may still be at it.
    CertificateCheck(X509Certificate2[] roots, X509Certificate2[] intermediates, CertificateRule[] rules, PolicyTable policy, bool checkRevocation, IdentityOptions identity, TimeProvider time)
    {
        _roots = roots;
        _intermediates = intermediates;
        _rules = rules;
        _policy = policy;
        _checkRevocation = checkRevocation;
        _cache = new(identity.CacheEntries);
        _known = TimeSpan.FromSeconds(identity.CacheSeconds);
        _time = time;
    }

    /// <summary>The check that the settings describe, with the authorities of its files.</summary>
    public static CertificateCheck? Read(CertificateOptions options, IdentityOptions identity, PolicyTable policy, TimeProvider time, ICollection<string> problems)
    {
        var before = problems.Count;
        var authorities = new List<X509Certificate2>();
        if (options.AuthorityFiles.Count == 0) problems.Add("Identity:Certificates:AuthorityFiles: empty; name the files with the authorities that issue the callers' certificates.");
        for (var i = 0; i < options.AuthorityFiles.Count; i++)
            ReadAuthorities(options.AuthorityFiles[i] ?? "", $"Identity:Certificates:AuthorityFiles:{i}", authorities, problems);
        var roots = authorities.Where(static one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)).ToArray();
        if (authorities.Count > 0 && roots.Length == 0)
            problems.Add("Identity:Certificates:AuthorityFiles: no root among them, only intermediates; add the certificate that is its own issuer.");
        var rules = options.Callers.Select((caller, i) => CertificateRule.Read(caller, $"Identity:Certificates:Callers:{i}", policy, problems)).ToArray();
        if (problems.Count == before) return new(roots, [.. authorities.Except(roots)], rules, policy, options.CheckRevocation, identity, time);
        authorities.ForEach(static one => one.Dispose());
        return null;
    }

    static void ReadAuthorities(string file, string key, List<X509Certificate2> authorities, ICollection<string> problems)
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(Encoding.UTF8.GetString(BoundedFile.Read(file, false, out _)));
            if (found.Count == 0) problems.Add($"{key}: the file has no certificate in PEM.");
            foreach (var one in found)
            {
                if (one.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
                    problems.Add($"{key}: the file has a certificate that is not an authority's (basic constraints do not say CA).");
                authorities.Add(one);
            }
        }
        catch (InvalidDataException e)
        {
            problems.Add($"{key}: the file cannot be used: {e.Message}.");
        }
        catch (CryptographicException)
        {
            problems.Add($"{key}: the file has a certificate that cannot be read.");
        }
    }

    /// <summary>Who the certificate is; one that no rule matches may do nothing. Allocates nothing for one that was checked a short time ago.</summary>
    /// <param name="certificate">The caller's.</param>
    /// <param name="address">Who pays for a check that fails.</param>
    /// <param name="allowance">How many of those it may; null = any number.</param>
    public CheckedCaller Resolve(X509Certificate2 certificate, NetworkAddress? address = null, ICheckAllowance? allowance = null)
    {
        Span<byte> hash = stackalloc byte[CallerCache.HashSize];
        if (!certificate.TryGetCertHash(HashAlgorithmName.SHA256, hash, out _)) return CheckedCaller.Refused("the certificate cannot be read");
        var before = _cache.Find(hash);
        if (before is not null && _time.GetUtcNow() < before.KnownUntil) return CheckedCaller.Of(before.Caller);
        // As with tokens: one that held a while ago is checked again in any case, and pays when it does not hold any more.
        if (before?.Caller.ValidUntil <= _time.GetUtcNow()) before = null;
        if (before is null && allowance is not null && !allowance.TryTake(address, out var later)) return CheckedCaller.NotChecked(later);
        var isCharged = before is null;
        Caller? caller = null;
        var mayBeWell = false;
        var reason = WhyNotTrusted(certificate, X509RevocationMode.NoCheck, out _);
        if (reason is null && (caller = ReadCaller(certificate)) is null) reason = "the certificate names nobody, or in a way that no log could show";
        if (reason is null)
        {
            // Given back before the authorities are asked: that takes seconds, and many honest callers from one address that wait for it together are not so many failures. No stranger comes this far.
            if (isCharged) allowance?.GiveBack(address);
            isCharged = false;
            if (_checkRevocation) reason = WhyNotTrusted(certificate, X509RevocationMode.Online, out mayBeWell);
        }
        if (reason is not null)
        {
            if (before is not null) _cache.Drop(before);
            if (!isCharged && !mayBeWell) allowance?.TryTake(address, out _);
            return CheckedCaller.Refused(reason);
        }
        caller = CachedCaller.KeepInstance(before?.Caller, caller!);
        var until = _time.GetUtcNow() + _known;
        _cache.Keep(new() { Hash = hash.ToArray(), Caller = caller, KnownUntil = caller.ValidUntil is { } end && end < until ? end : until });
        return CheckedCaller.Of(caller);
    }

    /// <summary>Null when the certificate is trusted.</summary>
    /// <param name="certificate">The caller's.</param>
    /// <param name="revocation">Whether the authorities are asked.</param>
    /// <param name="isOnlyUnknown">All that is wrong is that they could not be asked.</param>
    string? WhyNotTrusted(X509Certificate2 certificate, X509RevocationMode revocation, out bool isOnlyUnknown)
    {
        isOnlyUnknown = false;
        // Without the extension a certificate is for everything, also one that was issued to a server.
        var isForClients = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(static usage => usage.EnhancedKeyUsages.Cast<Oid>()).Any(static usage => usage.Value == ClientAuthentication);
        if (!isForClients) return "the certificate is not for clients";
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_intermediates);
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = revocation;
        policy.RevocationFlag = X509RevocationFlag.ExcludeRoot;
        policy.UrlRetrievalTimeout = TimeSpan.FromSeconds(5);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        policy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        try
        {
            if (!chain.Build(certificate))
            {
                isOnlyUnknown = chain.ChainStatus.All(static status => (status.Status & ~Unknown) == 0);
                return $"the certificate's chain does not hold ({string.Join(", ", chain.ChainStatus.Select(static status => status.Status).Distinct())})";
            }
            return chain.ChainElements.SkipLast(1).Any(static element => s_broken.Contains(element.Certificate.SignatureAlgorithm.Value)) ? "the certificate, or one above it, is signed with a broken hash" : null;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }

    Caller? ReadCaller(X509Certificate2 certificate)
    {
        AlternativeNames names;
        try
        {
            names = AlternativeNames.Of(certificate);
        }
        catch (AsnContentException)
        {
            return null;
        }
        var subject = certificate.SubjectName.Name;
        string? matched = null;
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var rule in _rules)
        {
            if (rule.Match(subject, names) is not { } by) continue;
            matched ??= by;
            roles.UnionWith(rule.Roles);
        }
        var name = subject.Length > 0 ? subject : matched ?? names.Uris.Concat(names.Dns).Concat(names.Emails).FirstOrDefault();
        return PlainName.IsPlain(name) ? new() { Name = name!, Kind = CallerKind.Certificate, Roles = [.. roles], Permissions = _policy.Sum(roles), ValidUntil = certificate.NotAfter.ToUniversalTime() } : null;
    }
}
