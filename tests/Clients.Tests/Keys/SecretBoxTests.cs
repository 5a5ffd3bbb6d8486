using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Tests.Keys;

public sealed class SecretBoxTests
{
    private static readonly Guid Agent = Guid.Parse("0198f5a0-0000-7000-8000-000000000001");

    private readonly SecretBox _box = new(RandomNumberGenerator.GetBytes(SecretBox.KeyBytes));

    [Fact]
    public void What_is_sealed_can_be_opened() => Prop.ForAll<Guid, NonNull<string>, NonNull<string>>((agent, name, text) =>
    {
        // A lone surrogate has no UTF-8 form; JSON, where secrets come from, cannot carry it either.
        var value = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        return _box.Open(agent, name.Get, _box.Seal(agent, name.Get, value)) == value;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_box_does_not_show_the_value_and_never_repeats_itself()
    {
        var first = _box.Seal(Agent, "TOKEN", "canary-secret-value");
        var second = _box.Seal(Agent, "TOKEN", "canary-secret-value");

        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(first), StringComparison.Ordinal);
        Assert.NotEqual(first[1..13], second[1..13]);
        Assert.NotEqual(first[29..], second[29..]);
    }

    [Fact]
    public void A_change_of_any_byte_is_noticed()
    {
        var box = _box.Seal(Agent, "TOKEN", "value");

        for (var i = 0; i < box.Length; i++)
        {
            var changed = box.ToArray();
            changed[i] ^= 0x40;
            Assert.Throws<CryptographicException>(() => _box.Open(Agent, "TOKEN", changed));
        }
    }

    [Fact]
    public void A_box_is_bound_to_its_agent_its_name_and_its_key()
    {
        var box = _box.Seal(Agent, "TOKEN", "value");
        var stranger = new SecretBox(RandomNumberGenerator.GetBytes(SecretBox.KeyBytes));

        Assert.Throws<CryptographicException>(() => _box.Open(Guid.NewGuid(), "TOKEN", box));
        Assert.Throws<CryptographicException>(() => _box.Open(Agent, "TOKEN2", box));
        var error = Assert.Throws<CryptographicException>(() => stranger.Open(Agent, "TOKEN", box));
        Assert.Equal($"The secret TOKEN of agent {Agent} was sealed with another key, or changed since.", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(28)]
    public void What_is_too_short_is_no_box(int length) =>
        Assert.Throws<CryptographicException>(() => _box.Open(Agent, "TOKEN", new byte[length]));
}
