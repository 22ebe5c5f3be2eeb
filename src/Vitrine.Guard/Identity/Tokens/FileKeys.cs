using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>
/// Keys from files. Looked at again when somebody brings a token, at most once a second, and read again when one has changed: no watcher, because files of secrets are commonly links that are turned to another
/// folder, which watchers miss.
/// </summary>
sealed class FileKeys : IKeySource
{
    static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1);

    readonly KeyFile[] _files;
    readonly TimeSpan _maximumAge;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly Lock _looking = new();
    volatile KeySet _keys;
    long _lookedAt;
    long _goodAt;

    FileKeys(KeyFile[] files, KeySet keys, TimeSpan maximumAge, TimeProvider time, ILogger log)
    {
        _files = files;
        _keys = keys;
        _maximumAge = maximumAge;
        _time = time;
        _log = log;
        _lookedAt = _goodAt = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public KeySet Current => _keys;

    /// <summary>The keys of the files that the settings name.</summary>
    public static FileKeys Read(JwtOptions options, TimeProvider time, ILogger log, ICollection<string> problems)
    {
        List<KeyFile> files = [];
        if (!string.IsNullOrEmpty(options.SymmetricKeyFile)) files.Add(new(options.SymmetricKeyFile, "Identity:Jwt:SymmetricKeyFile", true));
        for (var i = 0; i < options.KeyFiles.Count; i++)
            files.Add(new(options.KeyFiles[i] ?? "", $"Identity:Jwt:KeyFiles:{i}", false));
        List<VerificationKey> keys = [];
        foreach (var file in files)
        {
            try
            {
                keys.AddRange(file.Read());
            }
            catch (InvalidDataException e)
            {
                problems.Add($"{file.Key}: the file cannot be used: {e.Message}.");
            }
        }
        if (keys.Count > KeySet.MaximumKeys) problems.Add($"Identity:Jwt:KeyFiles: at most {KeySet.MaximumKeys} keys in all.");
        if (keys.Count(static key => key.KeyId is null) > KeySet.MostTried) problems.Add($"Identity:Jwt:KeyFiles: at most {KeySet.MostTried} keys without a kid, as PEM files have none; a JSON Web Key Set names its keys.");
        return new([.. files], new KeySet(keys), options.MaximumKeyAge, time, log);
    }

    /// <inheritdoc/>
    public ValueTask<KeyAnswer> Get(bool isMissing, CancellationToken cancellation)
    {
        lock (_looking)
        {
            if (_time.GetElapsedTime(_lookedAt) >= s_betweenLooks)
            {
                _lookedAt = _time.GetTimestamp();
                Look();
            }
            return new(_time.GetElapsedTime(_goodAt) < _maximumAge ? new KeyAnswer(_keys) : new KeyAnswer(null, s_betweenLooks));
        }
    }

    void Look()
    {
        KeyFile? at = null;
        try
        {
            if (_files.All(static file => file.IsUnchanged()))
            {
                _goodAt = _lookedAt;
                return;
            }
            List<VerificationKey> keys = [];
            foreach (var file in _files)
            {
                at = file;
                keys.AddRange(file.Read());
            }
            if (keys.Count > KeySet.MaximumKeys) throw new InvalidDataException("there are too many keys");
            _goodAt = _lookedAt;
            if (_keys.IsSameAs(new(keys))) return;
            _keys = new(keys);
            IdentityLog.KeyFileRead(_log, "Identity:Jwt", keys.Count);
        }
        catch (InvalidDataException e)
        {
            IdentityLog.KeyFileBroken(_log, at?.Key ?? "Identity:Jwt", e.Message, _maximumAge - _time.GetElapsedTime(_goodAt));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    sealed class KeyFile(string path, string key, bool isSymmetric)
    {
        (DateTime, long) _stamp;

        public string Key => key;

        public bool IsUnchanged() => BoundedFile.Stamp(path) is var now && now != default && now == _stamp;

        public IEnumerable<VerificationKey> Read()
        {
            // Another stamp only when the keys were good, so that a broken file is looked at again.
            var text = BoundedFile.ReadText(path, isSymmetric, out var stamp);
            var keys = isSymmetric ? [KeyReader.OfSymmetric(Decode(text))] : text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('{') ? ReadSet(text) : KeyReader.ReadPem(text);
            _stamp = stamp;
            return keys;
        }

        static byte[] Decode(string text)
        {
            try
            {
                return Convert.FromBase64String(text.Trim());
            }
            catch (FormatException)
            {
                throw new InvalidDataException("its key is not in base64; openssl rand -base64 32 makes one");
            }
        }

        static List<VerificationKey> ReadSet(string text)
        {
            List<string> skipped = [];
            JsonWebKeySet set;
            try
            {
                set = new JsonWebKeySet(text.TrimStart('\uFEFF'));
            }
            catch (Exception e) when (e is ArgumentException or System.Text.Json.JsonException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException("it is not a JSON Web Key Set");
            }
            var keys = KeyReader.ReadSet(set, skipped);
            if (skipped.Count > 0) throw new InvalidDataException(skipped[0]);
            return keys.Count > 0 ? keys : throw new InvalidDataException("its set has no key that signatures can be checked with");
        }
    }
}
