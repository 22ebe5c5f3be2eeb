namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Whether the settings of tokens can be right.</summary>
static class JwtOptionsCheck
{
    static readonly string[] s_known = [.. TokenAlgorithms.Rsa, .. TokenAlgorithms.EllipticCurve, .. TokenAlgorithms.Symmetric];

    /// <summary>Checks all of them.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="problems">What is wrong is added here.</param>
    /// <param name="algorithms">The algorithms to accept.</param>
    /// <param name="discovery">Where the provider describes itself; null when the keys are in files.</param>
    /// <returns>A copy: who changes the settings later changes nothing here.</returns>
    public static JwtOptions Read(JwtOptions options, ICollection<string> problems, out string[] algorithms, out string? discovery)
    {
        var isSymmetric = !string.IsNullOrEmpty(options.SymmetricKeyFile);
        CheckNames(options, problems);
        CheckTimes(options, problems);
        algorithms = ReadAlgorithms(options, isSymmetric, problems);
        discovery = null;
        if (isSymmetric)
        {
            if (options.KeyFiles.Count > 0 || !string.IsNullOrEmpty(options.DiscoveryAddress))
                problems.Add("Identity:Jwt:SymmetricKeyFile: excludes KeyFiles and DiscoveryAddress, because a public key could be taken for a symmetric one; configure one source of keys.");
        }
        else if (options.KeyFiles.Count > 0)
        {
            if (!string.IsNullOrEmpty(options.DiscoveryAddress)) problems.Add("Identity:Jwt:DiscoveryAddress: not together with KeyFiles; configure one source of keys.");
        }
        else
        {
            discovery = ReadDiscovery(options, problems);
        }
        return Copy(options);
    }

    static void CheckNames(JwtOptions options, ICollection<string> problems)
    {
        if (string.IsNullOrWhiteSpace(options.Issuer)) problems.Add("Identity:Jwt:Issuer: empty; write the exact value that iss has in the tokens.");
        if (options.Audiences.Count == 0) problems.Add("Identity:Jwt:Audiences: empty, so that tokens for any other service would hold here; write the values of aud that mean this one.");
        for (var i = 0; i < options.Audiences.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options.Audiences[i])) problems.Add($"Identity:Jwt:Audiences:{i}: empty.");
        }
        if (string.IsNullOrWhiteSpace(options.NameClaim)) problems.Add("Identity:Jwt:NameClaim: empty; sub is what it is when it is left out.");
        for (var i = 0; i < options.RoleClaims.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options.RoleClaims[i]) || options.RoleClaims[i].Split('.').Length > 8) problems.Add($"Identity:Jwt:RoleClaims:{i}: empty, or more than 8 names deep.");
        }
        if (options.MaximumTokenBytes is < 512 or > 16384) problems.Add("Identity:Jwt:MaximumTokenBytes: from 512 to 16384.");
    }

    static void CheckTimes(JwtOptions options, ICollection<string> problems)
    {
        Check("ClockSkew", options.ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(5), problems);
        Check("RefreshInterval", options.RefreshInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), problems);
        Check("MinimumRefreshInterval", options.MinimumRefreshInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), problems);
        Check("MaximumKeyAge", options.MaximumKeyAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), problems);
        Check("FetchTimeout", options.FetchTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), problems);
        if (options.MaximumLifetime is { } longest) Check("MaximumLifetime", longest, TimeSpan.FromSeconds(1), TimeSpan.FromDays(366), problems);
        if (options.MaximumKeyAge < options.RefreshInterval) problems.Add("Identity:Jwt:MaximumKeyAge: shorter than RefreshInterval, so that keys would end before they are fetched anew.");
    }

    static void Check(string name, TimeSpan value, TimeSpan from, TimeSpan to, ICollection<string> problems)
    {
        if (value < from || value > to) problems.Add($"Identity:Jwt:{name}: from {from} to {to}, not {value}.");
    }

    static string[] ReadAlgorithms(JwtOptions options, bool isSymmetric, ICollection<string> problems)
    {
        if (options.Algorithms.Count == 0) return TokenAlgorithms.Default(isSymmetric);
        for (var i = 0; i < options.Algorithms.Count; i++)
        {
            var (key, name) = ($"Identity:Jwt:Algorithms:{i}", options.Algorithms[i]);
            if (name == "EdDSA") problems.Add($"{key}: .NET has no EdDSA; have the issuer sign with ES256 or RS256.");
            else if (!s_known.Contains(name, StringComparer.Ordinal)) problems.Add($"{key}: not an algorithm that is accepted; there are {string.Join(", ", s_known)}.");
            else if (TokenAlgorithms.Symmetric.Contains(name, StringComparer.Ordinal) != isSymmetric)
                problems.Add(isSymmetric ? $"{key}: with a symmetric key only HS256, HS384 and HS512." : $"{key}: needs SymmetricKeyFile; with public keys it would let everybody make tokens who has them.");
        }
        return [.. options.Algorithms];
    }

    static string? ReadDiscovery(JwtOptions options, ICollection<string> problems)
    {
        var isOwn = !string.IsNullOrEmpty(options.DiscoveryAddress);
        var address = isOwn ? options.DiscoveryAddress! : options.Issuer?.TrimEnd('/') + "/.well-known/openid-configuration";
        if (!ProviderAddress.IsAllowed(address, options.AllowHttpDiscovery || ProviderAddress.IsLoopback(address)))
        {
            problems.Add(isOwn
                ? "Identity:Jwt:DiscoveryAddress: not an address with https; plain http is for this machine only, unless AllowHttpDiscovery is true."
                : "Identity:Jwt:KeyFiles: no source of keys: name files, or SymmetricKeyFile, or a DiscoveryAddress; the Issuer is not an https address under which they could be discovered.");
        }
        return address;
    }

    static JwtOptions Copy(JwtOptions options)
    {
        var copy = new JwtOptions
        {
            Issuer = options.Issuer,
            SymmetricKeyFile = options.SymmetricKeyFile,
            AllowHttpDiscovery = options.AllowHttpDiscovery,
            RefreshInterval = options.RefreshInterval,
            MinimumRefreshInterval = options.MinimumRefreshInterval,
            MaximumKeyAge = options.MaximumKeyAge,
            FetchTimeout = options.FetchTimeout,
            ClockSkew = options.ClockSkew,
            MaximumLifetime = options.MaximumLifetime,
            MaximumTokenBytes = options.MaximumTokenBytes,
            NameClaim = options.NameClaim,
            ScopesArePermissions = options.ScopesArePermissions,
        };
        foreach (var one in options.Audiences) copy.Audiences.Add(one);
        foreach (var one in options.KeyFiles) copy.KeyFiles.Add(one);
        foreach (var one in options.RoleClaims) copy.RoleClaims.Add(one);
        foreach (var one in options.RoleMap) copy.RoleMap.Add(one);
        foreach (var one in options.ScopeMap) copy.ScopeMap.Add(one);
        return copy;
    }
}
