using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>
/// Bearer tokens. In this order, so that what costs more comes later and strangers cause no fetch: the header, the parts, the algorithm, the issuer; then the keys; then, by the library, signature, issuer,
/// audience and lifetime; then who it is and what that may do.
/// </summary>
sealed class TokenCheck : IDisposable
{
    readonly JwtOptions _options;
    readonly string[] _algorithms;
    readonly IKeySource _keys;
    readonly TokenRoles _roles;
    readonly CallerCache _cache;
    readonly TimeSpan _known;
    readonly TimeProvider _time;
    readonly JsonWebTokenHandler _handler;

    TokenCheck(JwtOptions options, string[] algorithms, IKeySource keys, TokenRoles roles, IdentityOptions identity, TimeProvider time)
    {
        _options = options;
        _algorithms = algorithms;
        _keys = keys;
        _roles = roles;
        _cache = new(identity.CacheEntries);
        _known = TimeSpan.FromSeconds(identity.CacheSeconds);
        _time = time;
        _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = options.MaximumTokenBytes };
    }

    /// <summary>The check that the settings describe, with the keys of its files; a provider is asked with the first token only, so that a service starts without it.</summary>
    /// <param name="options">The settings of tokens.</param>
    /// <param name="identity">Those around them.</param>
    /// <param name="policy">The roles.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it is said that keys could not be had.</param>
    /// <param name="before">The check that this one replaces: it has a provider's keys already; null = none.</param>
    /// <param name="problems">What is wrong is added here.</param>
    public static TokenCheck? Read(JwtOptions options, IdentityOptions identity, PolicyTable policy, TimeProvider time, ILogger log, TokenCheck? before, ICollection<string> problems)
    {
        var known = problems.Count;
        options = JwtOptionsCheck.Read(options, problems, out var algorithms, out var discovery);
        var roles = new TokenRoles(options, policy, problems);
        IKeySource? keys = discovery is null ? FileKeys.Read(options, time, log, problems) : null;
        if (problems.Count > known) return null;
        keys ??= (before?._keys as DiscoveredKeys)?.For(options, discovery!) ?? new DiscoveredKeys(options, discovery!, time, log);
        return new(options, algorithms, keys, roles, identity, time);
    }

    /// <summary>The caller, when this token was checked a short time ago and nothing has changed since. Allocates nothing.</summary>
    public bool TryFind(Credentials credentials, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Caller? caller)
    {
        caller = null;
        if (BearerHeader.TryRead(credentials.Authorization, _options.MaximumTokenBytes, out var token) is not null) return false;
        Span<byte> hash = stackalloc byte[CallerCache.HashSize];
        if (!_cache.TryHash(token, hash) || _cache.Find(hash) is not { } entry) return false;
        if (_time.GetUtcNow() >= entry.KnownUntil || !ReferenceEquals(entry.Keys, _keys.Current)) return false;
        if (entry.BoundTo is { } wanted && !IsBoundTo(credentials.Certificate, wanted)) return false;
        caller = entry.Caller;
        return true;
    }

    /// <summary>Checks a token from its beginning, and keeps it when it holds.</summary>
    public async ValueTask<CheckedCaller> Check(Credentials credentials, CancellationToken cancellation)
    {
        if (ReadToken(credentials, out var token, out var hash) is { } reason) return CheckedCaller.Refused(reason);
        if (!_algorithms.Contains(token!.Algorithm, StringComparer.Ordinal)) return CheckedCaller.Refused("the token's algorithm is not among those that are accepted");
        if (!token.Claims.TryGetProperty("iss", out var issuer) || issuer.ValueKind != JsonValueKind.String || !issuer.ValueEquals(_options.Issuer)) return CheckedCaller.Refused("the token is of another issuer");

        var answer = await _keys.Get(false, cancellation).ConfigureAwait(false);
        if (answer.Keys is null) return CheckedCaller.Unavailable("the issuer's keys cannot be had, or are too old", answer.RetryAfter);
        var candidates = answer.Keys.Candidates(token.Algorithm, token.KeyId);
        if (candidates.Count == 0)
        {
            answer = await _keys.Get(true, cancellation).ConfigureAwait(false);
            if (answer.Keys is null) return CheckedCaller.Unavailable("the issuer's keys cannot be had, or are too old", answer.RetryAfter);
            candidates = answer.Keys.Candidates(token.Algorithm, token.KeyId);
            if (candidates.Count == 0) return CheckedCaller.Refused("no key of the issuer suits the token's kid and algorithm");
        }

        var result = await _handler.ValidateTokenAsync(token.Text, Parameters(token, candidates)).ConfigureAwait(false);
        if (!result.IsValid) return CheckedCaller.Refused(Describe(result.Exception));
        if (ReadCaller(token, out var caller, out var bound) is { } problem) return CheckedCaller.Refused(problem);
        if (bound is not null && !IsBoundTo(credentials.Certificate, bound)) return CheckedCaller.Refused("the token is bound to a certificate that the caller does not have");
        return CheckedCaller.Of(Keep(hash!, caller!, bound, answer.Keys));
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    string? ReadToken(Credentials credentials, out SignedToken? token, out byte[]? hash)
    {
        token = null;
        hash = null;
        if (BearerHeader.TryRead(credentials.Authorization, _options.MaximumTokenBytes, out var text) is { } reason) return reason;
        hash = new byte[CallerCache.HashSize];
        return _cache.TryHash(text, hash) ? SignedToken.TryParse(text, out token) : "the token has characters that no token has";
    }

    TokenValidationParameters Parameters(SignedToken token, List<SecurityKey> candidates) => new()
    {
        ValidIssuer = _options.Issuer,
        ValidAudiences = _options.Audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = [token.Algorithm],
        IssuerSigningKeys = candidates,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        RequireAudience = true,
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidateIssuerSigningKey = true,
        ValidateLifetime = true,
        // By this program's clock, and by the claims as they were read strictly.
        LifetimeValidator = (_, _, _, _) => IsInTime(token.Claims),
        LogValidationExceptions = false,
        IncludeTokenOnFailedValidation = false,
        SaveSigninToken = false,
    };

    bool IsInTime(JsonElement claims)
    {
        var now = _time.GetUtcNow();
        if (!TokenClaims.TryGetTime(claims, "exp", out var expires) || expires is null || now >= expires + _options.ClockSkew) return false;
        if (!TokenClaims.TryGetTime(claims, "nbf", out var notBefore) || notBefore - _options.ClockSkew > now) return false;
        if (!TokenClaims.TryGetTime(claims, "iat", out var issued) || issued - _options.ClockSkew > now) return false;
        return _options.MaximumLifetime is not { } longest || ((issued ?? notBefore) is { } begin && expires - begin <= longest);
    }

    string? ReadCaller(SignedToken token, out Caller? caller, out byte[]? bound)
    {
        caller = null;
        if (!TokenClaims.TryGetBinding(token.Claims, out bound)) return "the token is bound to something that cannot be checked";
        if (!token.Claims.TryGetProperty(_options.NameClaim, out var name) || name.ValueKind != JsonValueKind.String || !PlainName.IsPlain(name.GetString())) return "the token names nobody, or in a way that no log could show";
        TokenClaims.TryGetTime(token.Claims, "exp", out var expires);
        var (roles, permissions) = _roles.Of(token.Claims);
        caller = new() { Name = name.GetString()!, Kind = CallerKind.Token, Roles = roles, Permissions = permissions, ValidUntil = expires + _options.ClockSkew };
        return null;
    }

    Caller Keep(byte[] hash, Caller caller, byte[]? bound, KeySet keys)
    {
        caller = CachedCaller.KeepInstance(_cache.Find(hash)?.Caller, caller);
        var until = _time.GetUtcNow() + _known;
        _cache.Keep(new() { Hash = hash, Caller = caller, BoundTo = bound, Keys = keys, KnownUntil = caller.ValidUntil is { } end && end < until ? end : until });
        return caller;
    }

    static bool IsBoundTo(X509Certificate2? certificate, byte[] wanted)
    {
        Span<byte> hash = stackalloc byte[32];
        return certificate is not null && certificate.TryGetCertHash(HashAlgorithmName.SHA256, hash, out _) && CryptographicOperations.FixedTimeEquals(hash, wanted);
    }

    // The library's messages have parts of the token and of keys.
    static string Describe(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException => "the token is expired, not yet valid, valid for too long, or does not say until when",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        SecurityTokenInvalidAlgorithmException => "the token's algorithm is not among those that are accepted",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the token's signature does not hold",
        null => "the token does not hold",
        _ => $"the token does not hold ({failure.GetType().Name})",
    };
}
