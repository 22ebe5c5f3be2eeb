using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>
/// Keys that a provider publishes (OpenID Connect Discovery 1.0). Fetched with the first token, and anew when they grow old or a token needs one that is not there; one fetch at a time, and a shortest time
/// between two. While they grow old they stay in use and the fetch runs beside; who needs a key that is missing waits for it.
/// </summary>
/// <remarks>
/// The documents are read by the library; its own manager of them is not used: it keeps the last keys for ever when the provider is gone, it fetches beside the request, so that the first tokens after a rotation
/// are refused, and its clock cannot be set in a test.
/// </remarks>
sealed class DiscoveredKeys : IKeySource
{
    readonly JwtOptions _options;
    readonly string _address;
    readonly ProviderDocuments _documents;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly Lock _state = new();
    readonly CancellationTokenSource _disposed = new();
    volatile KeySet? _keys;
    Task? _fetch;
    long? _fetchedAt;
    long? _triedAt;
    int _users = 1;

    public DiscoveredKeys(JwtOptions options, string address, TimeProvider time, ILogger log)
    {
        _options = options;
        _address = address;
        _time = time;
        _log = log;
        _documents = new ProviderDocuments(options.AllowHttpDiscovery || ProviderAddress.IsLoopback(address), options.FetchTimeout);
    }

    /// <inheritdoc/>
    public KeySet? Current => _keys;

    /// <summary>
    /// This, for one user more, when it is what other settings want too: a change of something else must neither forget the keys, which the provider may not be there to tell again, nor the time of the last fetch.
    /// </summary>
    /// <returns>Null when they want something else.</returns>
    public DiscoveredKeys? For(JwtOptions options, string address)
    {
        var isSame = address == _address && options.Issuer == _options.Issuer && options.AllowHttpDiscovery == _options.AllowHttpDiscovery && options.RefreshInterval == _options.RefreshInterval
            && options.MinimumRefreshInterval == _options.MinimumRefreshInterval && options.MaximumKeyAge == _options.MaximumKeyAge && options.FetchTimeout == _options.FetchTimeout;
        if (!isSame) return null;
        lock (_state)
        {
            if (_users == 0) return null;
            _users++;
            return this;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<KeyAnswer> Get(bool isMissing, CancellationToken cancellation)
    {
        Task? fetch;
        lock (_state)
        {
            var isUsable = Age is { } age && age < _options.MaximumKeyAge;
            fetch = isMissing || !isUsable || Age >= _options.RefreshInterval ? StartFetch() : null;
            if (isUsable && !isMissing) return new(_keys);
        }
        if (fetch is not null) await fetch.WaitAsync(cancellation).ConfigureAwait(false);
        lock (_state)
            return Age is { } age && age < _options.MaximumKeyAge ? new(_keys) : new(null, UntilNextFetch);
    }

    TimeSpan? Age => _fetchedAt is { } at ? _time.GetElapsedTime(at) : null;

    TimeSpan UntilNextFetch => TimeSpan.FromSeconds(Math.Max(1, _triedAt is { } at ? (_options.MinimumRefreshInterval - _time.GetElapsedTime(at)).TotalSeconds : 0));

    // The one that runs, a new one, or none when the last is too short ago.
    Task? StartFetch()
    {
        if (_fetch is { IsCompleted: false }) return _fetch;
        if (_triedAt is { } at && _time.GetElapsedTime(at) < _options.MinimumRefreshInterval) return null;
        _triedAt = _time.GetTimestamp();
        return _fetch = Task.Run(Fetch);
    }

    // Throws nothing.
    async Task Fetch()
    {
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
            end.CancelAfter(_options.FetchTimeout);
            var provider = await OpenIdConnectConfigurationRetriever.GetAsync(_address, _documents, end.Token).ConfigureAwait(false);
            if (!string.Equals(provider.Issuer, _options.Issuer, StringComparison.Ordinal)) throw new InvalidDataException("the provider names another issuer than Identity:Jwt:Issuer");
            List<string> skipped = [];
            var keys = new KeySet(provider.JsonWebKeySet is { } set ? KeyReader.ReadSet(set, skipped) : []);
            if (keys.Count == 0) throw new InvalidDataException("the provider has no key that signatures can be checked with");
            foreach (var reason in skipped)
                IdentityLog.KeySkipped(_log, reason);
            lock (_state)
            {
                _fetchedAt = _time.GetTimestamp();
                if (_keys is { } before && before.IsSameAs(keys)) return;
                _keys = keys;
            }
            IdentityLog.KeysChanged(_log, keys.Count);
        }
        catch (Exception e)
        {
            // Messages of the libraries may quote what the provider sent.
            IdentityLog.FetchFailed(_log, Innermost(e) is InvalidDataException known ? known.Message : Innermost(e).GetType().Name, _options.MaximumKeyAge);
        }
    }

    static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner && e is not InvalidDataException)
            e = inner;
        return e;
    }

    /// <inheritdoc/>
    /// <remarks>Ends with the last of its users.</remarks>
    public void Dispose()
    {
        lock (_state)
        {
            if (_users == 0 || --_users > 0) return;
        }
        _disposed.Cancel();
        _documents.Dispose();
    }
}
