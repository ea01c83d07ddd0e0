import "./Harvest.css";

interface Props {
  readonly weight: number;
}

export default function Harvest({ weight }: Props) {
  return <strong className="harvest">{weight} leaves</strong>;
}
