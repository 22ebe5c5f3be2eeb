using System.Text;
using System.Text.Json;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class SpeedscopeTests
{
    static string Written(Profile profile) => ViewProfiles.Text(stream => Speedscope.Write(profile, stream, "test"));

    static Profile Read(string text, ProfileLimits? limits = null) => Speedscope.Read(ViewProfiles.Stream(text), limits);

    static string File(string profiles, string frames = """{"name":"a"},{"name":"b","file":"b.go","line":7,"col":3},{"name":"c"}""") =>
        $$"""{"$schema":"https://www.speedscope.app/file-format-schema.json","profiles":[{{profiles}}],"shared":{"frames":[{{frames}}]},"exporter":"other"}""";

    [Fact]
    public void Write_Service_IsAsKept() => Golden.Check("service.speedscope.json", Written(ViewProfiles.Service()) + "\n");

    [Fact]
    public void Read_WhatWasWritten_HasTypesStacksAndValues()
    {
        var original = ViewProfiles.Service();
        var read = Read(Written(original));
        Assert.Equal(original.SampleTypes, read.SampleTypes);
        Assert.Equal("cpu", read.DefaultSampleType);
        Assert.Equal(ViewProfiles.Text(s => Folded.Write(original, s, 1)), ViewProfiles.Text(s => Folded.Write(read, s, 1)));
        Assert.Equal(ViewProfiles.Text(s => Folded.Write(original, s, 0)), ViewProfiles.Text(s => Folded.Write(read, s, 0)));
    }

    [Fact]
    public void Read_WhatWasWritten_RestoresHostileNames()
    {
        var expected = ViewProfiles.Lines(ViewProfiles.Hostile()).Select(line => line.Replace("half\ud800pair", "half\ufffdpair").Replace("main.main\u0001 24", "main.main\u0001<unknown> 24"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), ViewProfiles.Lines(Read(Written(ViewProfiles.Hostile()))));
    }

    [Fact]
    public void Read_AnyStacksWritten_GivesTheSameFile() => Stacks.ForAny(stacks =>
    {
        var written = Written(ViewProfiles.Of([.. stacks]));
        Assert.Equal(written, Written(Read(written)));
    });

    [Fact]
    public void Read_SampledInMilliseconds_BecomesNanoseconds()
    {
        var profile = Read(File("""{"weights":[1.5,2],"samples":[[0,1],[0]],"unit":"milliseconds","type":"sampled","name":"x","startValue":0,"endValue":3.5}"""));
        Assert.Equal([new SampleType("time", "nanoseconds")], profile.SampleTypes);
        Assert.Equal(["a\u0001b 1500000", "a 2000000"], ViewProfiles.Lines(profile));
        var b = profile.Locations.Single(location => profile.Functions[location.Line(0).Function].Name == "b").Line(0);
        Assert.Equal((7, 3), (b.LineNumber, b.Column));
    }

    [Fact]
    public void Read_Evented_GivesTheTimeBetweenEventsToTheOpenStack()
    {
        var profile = Read(File("""
            {"type":"evented","name":"t","unit":"none","startValue":0,"endValue":30,"events":[
              {"type":"O","frame":0,"at":1},{"type":"O","frame":1,"at":3},{"type":"C","frame":1,"at":10},{"type":"O","frame":1,"at":12},{"type":"C","frame":1,"at":13},{"type":"C","frame":0,"at":20},
              {"type":"O","frame":2,"at":25}]}
            """));
        Assert.Equal(["a\u0001b 8", "a 11", "c 5"], ViewProfiles.Lines(profile));
    }

    [Fact]
    public void Read_SeveralProfilesOfAnotherProgram_AreThreads()
    {
        var profile = Read(File("""
            {"type":"sampled","name":"main thread","unit":"none","startValue":0,"endValue":3,"samples":[[0],[0]],"weights":[1,2]},
            {"type":"sampled","name":"worker","unit":"none","startValue":0,"endValue":4,"samples":[[0]],"weights":[4]}
            """));
        Assert.Equal(["main thread=3", "worker=4"], profile.Samples.Select(s => $"{s.Labels.Single().Text}={s.Values[0]}").Order());
    }

    [Theory]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "shared.frames")]
    [InlineData("""{"shared":{"frames":[]}}""", "profiles")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"shared":{"frames":[]},"profiles":[]} trailing""", "not valid JSON")]
    [InlineData("""{"shared":{"frames":[1]},"profiles":[]}""", "not an object")]
    [InlineData("""{"shared":{"frames":{}},"profiles":[]}""", "not an array")]
    public void Read_OtherJson_SaysWhatIsMissing(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<ProfileFormatException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"flat","name":"x","unit":"none"}""", "type \"flat\"")]
    [InlineData("""{"type":"sampled","name":"x","unit":"fortnights"}""", "fortnights")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[0]],"weights":[]}""", "one weight for each")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[3]],"weights":[1]}""", "frame 3")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[-1]],"weights":[1]}""", "frame's number")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[0]],"weights":[-1]}""", "negative")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[0]],"weights":["1"]}""", "number at byte")]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[0]],"weights":[1e999]}""", "number at byte")]
    [InlineData("""{"type":"evented","name":"x","unit":"none","events":[{"type":"C","frame":0,"at":1}]}""", "entered last is none")]
    [InlineData("""{"type":"evented","name":"x","unit":"none","events":[{"type":"O","frame":0,"at":1},{"type":"C","frame":1,"at":2}]}""", "entered last is 0")]
    [InlineData("""{"type":"evented","name":"x","unit":"none","events":[{"type":"O","frame":0,"at":2},{"type":"C","frame":0,"at":1}]}""", "back in time")]
    [InlineData("""{"type":"evented","name":"x","unit":"none","events":[{"type":"O","frame":0}]}""", "lacks")]
    public void Read_ProfileThatIsWrong_SaysWhy(string profile, string problem) =>
        Assert.Contains(problem, Assert.Throws<ProfileFormatException>(() => Read(File(profile))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[0,0,0,0]],"weights":[1]}""", nameof(ProfileLimits.MaxStackDepth))]
    [InlineData("""{"type":"evented","name":"x","unit":"none","events":[{"type":"O","frame":0,"at":1},{"type":"O","frame":0,"at":1},{"type":"O","frame":0,"at":1},{"type":"O","frame":0,"at":1}]}""", nameof(ProfileLimits.MaxStackDepth))]
    [InlineData("""{"type":"sampled","name":"x","unit":"none","samples":[[],[],[],[],[]],"weights":[1,1,1,1,1]}""", nameof(ProfileLimits.MaxSamples))]
    [InlineData("""{"type":"sampled","name":"much too long","unit":"none"}""", nameof(ProfileLimits.MaxStringBytes))]
    public void Read_MoreThanALimit_NamesTheLimit(string profile, string limit)
    {
        var limits = new ProfileLimits { MaxStackDepth = 3, MaxSamples = 4, MaxStringBytes = 8 };
        Assert.Contains(limit, Assert.Throws<ProfileFormatException>(() => Read(File(profile), limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MillionEventsAtGreatDepth_IsLinear()
    {
        // 20,000 open frames, and then the innermost entered and left again and again: copied per event, this would be billions of frames.
        var json = new StringBuilder("""{"shared":{"frames":[{"name":"a"}]},"profiles":[{"type":"evented","name":"x","unit":"none","startValue":0,"endValue":0,"events":[""");
        var at = 0;
        for (var i = 0; i < 20_000; i++)
            json.Append($"{{\"type\":\"O\",\"frame\":0,\"at\":{at}}},");
        for (var i = 0; i < 200_000; i++)
            json.Append($"{{\"type\":\"O\",\"frame\":0,\"at\":{++at}}},{{\"type\":\"C\",\"frame\":0,\"at\":{++at}}},");
        json.Length--;
        var profile = Read(json.Append("]}]}").ToString());
        Assert.Equal([200_000, 200_000], profile.Samples.Select(s => s.Values[0]));
    }

    [Fact]
    public void Read_DamagedFiles_NeverFailOtherwise()
    {
        var random = new Random(11);
        var good = Encoding.UTF8.GetBytes(Written(ViewProfiles.Service()));
        var replacements = "0123456789[]{},:\"eE-.\\u\0\xffOC";
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = good.ToArray();
            for (var k = random.Next(6); k >= 0; k--)
                bytes[random.Next(bytes.Length)] = (byte)replacements[random.Next(replacements.Length)];
            try
            {
                Speedscope.Read(new MemoryStream(bytes, 0, random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length));
            }
            catch (ProfileFormatException)
            {
                // what bad input is answered with
            }
        }
    }

    [Fact]
    public void Write_Difference_SaysWhatToDoInstead() =>
        Assert.Contains(".html", Assert.Throws<NotSupportedException>(() => Written(ViewProfiles.Of("a -1"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Write_AnyProfile_IsValidJson()
    {
        using var document = JsonDocument.Parse(Written(ViewProfiles.Hostile()));
        Assert.Equal("https://www.speedscope.app/file-format-schema.json", document.RootElement.GetProperty("$schema").GetString());
    }
}
