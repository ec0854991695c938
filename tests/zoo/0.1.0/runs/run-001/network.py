'Small: images of 1 × 32 × 32 in, 10 logits out, 2,018 parameters.'

from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer0 = nn.Conv2d(1, 4, 3)
        self.layer1 = nn.BatchNorm2d(4)
        self.layer2 = nn.ReLU()
        self.layer3 = nn.MaxPool2d(4)
        self.layer4 = nn.Flatten()
        self.layer5 = nn.Dropout(0.5)
        self.layer6 = nn.Linear(196, 10)

    def forward(self, x):
        x = self.layer0(x)  # 4 × 30 × 30
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)  # 4 × 7 × 7
        x = self.layer4(x)  # 196
        x = self.layer5(x)
        x = self.layer6(x)  # 10
        return x


if __name__ == "__main__":
    network = Small()
    print(network)
    print(f"{sum(p.numel() for p in network.parameters()):,} parameters")
